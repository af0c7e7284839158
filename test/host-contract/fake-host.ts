/** A host without a machine: the interpreter in TypeScript over a kernel in memory, for tests without root. */
import { decodeUtf8, putUtf8 } from "../../src/bytes/utf8.ts";
import { RuntError } from "../../src/error/runt-error.ts";
import type { Host } from "../../src/host/port.ts";
import {
  HEADER,
  HEADER_SIZE,
  NEXT,
  NO_SLOT,
  OP,
  OP_CODE,
  OP_FLAG,
  OP_SIZE,
  OPERAND_KIND,
  RECORD_MAGIC,
  RECORD_SIZE,
  RELOC_SIZE,
  RULE_SIZE,
} from "../../src/plan/format.ts";
import { SYSCALLS, type SyscallName } from "../../src/tables/syscalls.ts";
import { checkProgram, type Parts, partsOf } from "./fake-check.ts";
import { FakeKernel, type Memory, ProcessExit } from "./fake-kernel.ts";

/** Where a program seems to lie in memory; far from every number that a test uses as something else. */
const BASE = 0x7f00_0000_0000n;
const CLONE_VM = 0x100n;
const EINTR = 4;
const EIO = 5;
const EINVAL = 22;

export interface FakeHost extends Host {
  readonly kernel: FakeKernel;
}

const NAMES = new Map(
  Object.entries(SYSCALLS).map(([name, [number]]) => [number as number, name as SyscallName]),
);

/** The program's own memory, by the addresses that the interpreter hands out. */
class ProgramMemory implements Memory {
  private readonly program: Uint8Array;

  constructor(program: Uint8Array) {
    this.program = program;
  }

  read(address: bigint, length: number): Uint8Array {
    const at = Number(address - BASE);
    if (at < 0 || at + length > this.program.length)
      throw new Error(`address ${address} is not the program's`);
    return this.program.slice(at, at + length);
  }

  write(address: bigint, bytes: Uint8Array): void {
    this.read(address, bytes.length);
    this.program.set(bytes, Number(address - BASE));
  }
}

/** One run of a checked program. */
class Run {
  private readonly program: Uint8Array;
  private readonly kernel: FakeKernel;
  private readonly parts: Parts;
  private readonly view: DataView;
  private readonly memory: ProgramMemory;
  private readonly child: boolean;
  private pc: number;
  private at = 0;

  constructor(program: Uint8Array, kernel: FakeKernel, pc: number, child: boolean) {
    this.program = program;
    this.kernel = kernel;
    this.parts = partsOf(program);
    this.view = this.parts.view;
    this.memory = new ProgramMemory(program);
    this.pc = pc;
    this.child = child;
  }

  /** Carries out ops until the program is over. */
  go(): void {
    while (this.step());
  }

  relocate(): void {
    for (let i = 0; i < this.parts.relocs; i++) {
      const at = this.parts.relocsAt + RELOC_SIZE * i;
      const target = this.address(this.view.getUint32(at + 4, true));
      this.view.setBigUint64(this.parts.dataAt + this.view.getUint32(at, true), target, true);
    }
  }

  private address(offset: number): bigint {
    return BASE + BigInt(this.parts.dataAt + offset);
  }

  private operand(i: number): bigint {
    const value = this.view.getBigUint64(this.at + OP.ARGS + 8 * i, true);
    const kind = this.view.getUint8(this.at + OP.KINDS + i);
    if (kind === OPERAND_KIND.DATA) return this.address(Number(value));
    if (kind === OPERAND_KIND.SLOT) return this.view.getBigUint64(HEADER_SIZE + 8 * Number(value), true);
    return value;
  }

  private put(value: bigint): void {
    const dst = this.view.getUint16(this.at + OP.DST, true);
    if (dst !== NO_SLOT) this.view.setBigUint64(HEADER_SIZE + 8 * dst, BigInt.asUintN(64, value), true);
  }

  private step(): boolean {
    this.at = this.parts.opsAt + OP_SIZE * this.pc;
    const code = this.view.getUint8(this.at + OP.CODE);
    const nr = this.view.getUint32(this.at + OP.NR, true);
    const first = this.operand(0);
    const expect = this.view.getBigUint64(this.at + OP.EXPECT, true);
    const equal = (first & this.operand(1)) === expect;
    switch (code) {
      case OP_CODE.SYS:
        return this.call(nr);
      case OP_CODE.SPAWN:
        return this.settle(this.spawn(first, nr));
      case OP_CODE.WATCH:
        return this.settle(this.watch(first, this.operand(1)));
      case OP_CODE.GOTO:
        return this.jump(nr);
      case OP_CODE.BRANCH:
        return this.jump(equal ? nr : this.pc + 1);
      case OP_CODE.ASSERT:
        return equal ? this.jump(this.pc + 1) : this.fail(Number(this.operand(2)), BigInt.asIntN(64, first));
      case OP_CODE.FAIL:
        return this.fail(Number(first), 0n);
      case OP_CODE.END:
        if (this.child) throw new ProcessExit(0);
        return false;
      case OP_CODE.STORE:
        this.store(Number(first), nr, this.operand(1));
        return this.jump(this.pc + 1);
      default:
        this.put(code === OP_CODE.LOAD ? this.load(Number(first), nr) : first);
        return this.jump(this.pc + 1);
    }
  }

  private jump(target: number): boolean {
    this.pc = target;
    return true;
  }

  private load(offset: number, width: number): bigint {
    const at = this.parts.dataAt + offset;
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.view.getUint8(at + i));
    return value;
  }

  private store(offset: number, width: number, value: bigint): void {
    const at = this.parts.dataAt + offset;
    for (let i = 0; i < width; i++) this.view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 255n));
  }

  private call(nr: number): boolean {
    const name = NAMES.get(nr);
    if (name === undefined) throw new Error(`the table of system calls has no number ${nr}`);
    const args = Array.from({ length: this.view.getUint8(this.at + OP.NARGS) }, (_, i) => this.operand(i));
    let result: number;
    do {
      result = this.kernel.call(name, args, this.memory);
      if (result === -EINTR && name === "close") result = 0;
    } while (result === -EINTR && this.rule(EINTR) === undefined);
    return this.settle(result);
  }

  /** The target of the op's rule for `errno`. */
  private rule(errno: number): number | undefined {
    const first = this.view.getUint32(this.at + OP.RULE, true);
    const count = this.view.getUint16(this.at + OP.RULES, true);
    for (let i = first; i < first + count; i++) {
      const at = this.parts.rulesAt + RULE_SIZE * i;
      if (this.view.getUint32(at, true) !== errno) continue;
      const target = this.view.getUint32(at + 4, true);
      return target === NEXT ? this.pc + 1 : target;
    }
    return undefined;
  }

  private settle(result: number): boolean {
    if (result >= 0) {
      const expects = (this.view.getUint16(this.at + OP.FLAGS, true) & OP_FLAG.EXPECT) !== 0;
      const expected = this.view.getBigInt64(this.at + OP.EXPECT, true);
      if (expects && BigInt(result) !== expected) return this.fail(EIO, BigInt(result));
    }
    const target = result >= 0 ? this.pc + 1 : this.rule(-result);
    if (target === undefined) return this.fail(-result, BigInt(result));
    this.put(BigInt(result));
    return this.jump(target);
  }

  private fail(errno: number, value: bigint): boolean {
    if (this.child) {
      this.report(errno, value);
      throw new ProcessExit(255);
    }
    this.view.setInt32(HEADER.FAIL_PC, this.pc, true);
    this.view.setInt32(HEADER.FAIL_ERRNO, errno, true);
    this.view.setBigInt64(HEADER.FAIL_VALUE, value, true);
    return false;
  }

  private report(errno: number, value: bigint): void {
    const report = this.view.getUint32(HEADER.REPORT, true);
    if (report === 0) return;
    const record = new DataView(new ArrayBuffer(RECORD_SIZE));
    record.setUint32(0, RECORD_MAGIC, true);
    record.setUint32(4, this.view.getUint32(HEADER.ID, true), true);
    record.setInt32(8, this.pc, true);
    record.setInt32(12, errno, true);
    record.setBigInt64(16, value, true);
    const bytes = new Uint8Array(record.buffer);
    const own: Memory = { read: () => bytes, write: () => {} };
    const fd = this.view.getBigUint64(HEADER_SIZE + 8 * (report - 1), true);
    this.kernel.call("write", [fd, 0n, BigInt(RECORD_SIZE)], own);
  }

  private spawn(args: bigint, target: number): number {
    const flags = new DataView(this.memory.read(args, 8).buffer).getBigUint64(0, true);
    const memory = (flags & CLONE_VM) === 0n ? this.program.slice() : this.program;
    return this.kernel.spawn(() => {
      new Run(memory, this.kernel, target, true).go();
    });
  }

  private watch(fd: bigint, mask: bigint): number {
    if (this.child) return -EINVAL;
    for (let signal = 1; signal <= 64; signal++) {
      if (((mask >> BigInt(signal - 1)) & 1n) === 1n) this.kernel.watch(signal, Number(fd));
    }
    return 0;
  }
}

/** A host over a fresh kernel in memory; programs use the system call numbers of x86_64. */
export function createFakeHost(): FakeHost {
  const kernel = new FakeKernel();
  return {
    kernel,
    run(program) {
      const rejected = checkProgram(program);
      if (rejected !== 0) {
        throw new RuntError({
          code: "PLAN_BROKEN",
          message: `the interpreter rejects the program, reason ${rejected}`,
        });
      }
      const run = new Run(program, kernel, 0, false);
      const { view } = partsOf(program);
      view.setInt32(HEADER.FAIL_PC, -1, true);
      view.setInt32(HEADER.FAIL_ERRNO, 0, true);
      view.setBigInt64(HEADER.FAIL_VALUE, 0n, true);
      run.relocate();
      run.go();
    },
    putText: putUtf8,
    text: decodeUtf8,
    init: new Uint8Array(0),
    compileSeccomp() {
      throw new RuntError({ code: "HOST_UNSUPPORTED", message: "the fake host has no libseccomp" });
    },
    arch: "x86_64",
    argv0: "runt",
    argv: [],
    env: [],
    exit(status) {
      throw new ProcessExit(status);
    },
  };
}
