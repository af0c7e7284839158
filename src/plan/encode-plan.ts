import { ERRNO_NUMBERS } from "../tables/errnos.ts";
import { syscallNumber } from "../tables/syscalls.ts";
import type { Call, Field, Operand, Pointer, Slot, Spawn, SysCall } from "./call.ts";
import { DataSection } from "./data-section.ts";
import { MAX_ARGS, NO_SLOT, OP_CODE, OP_FLAG, OPERAND_KIND } from "./format.ts";
import { type DraftOp, layOutProgram } from "./lay-out.ts";
import { broken, renderText } from "./render-text.ts";

const SIGCHLD = 17;
const CLONE_VM = 0x100;
const CLONE_PIDFD = 0x1000;
const CLONE_CLEAR_SIGHAND = 0x100000000n;
const CLONE_INTO_CGROUP = 0x200000000n;
const CLONE_ARGS_SIZE = 88;

/** Which call of which step an op came from. */
export interface Origin {
  step: number;
  call: Call;
}

/** What the encoder has to know besides the calls. */
export interface EncodeOptions {
  arch: "x86_64" | "aarch64";
  /** Copied into error records, so that they can be told apart. */
  id: number;
  /** Slots whose values are known already (fds of earlier steps). */
  known: ReadonlyMap<Slot, number>;
  /** Slot with the fd that receives error records. */
  report?: Slot | undefined;
  /** True for programs that the runtime itself carries out: a spawned child shares its memory until execve. */
  shareMemory: boolean;
}

/** An encoded program and the way back from its numbers to names. */
export interface Encoded {
  bytes: Uint8Array;
  slots: ReadonlyMap<Slot, number>;
  buffers: ReadonlyMap<string, { offset: number; size: number }>;
  /** Offset of the data part in `bytes`. */
  dataOffset: number;
  /** By op index. */
  origins: readonly Origin[];
}

function errnoNumber(name: string): number {
  const number = ERRNO_NUMBERS[name as keyof typeof ERRNO_NUMBERS];
  if (number === undefined) throw broken(`the plan names an unknown errno ${name}`);
  return number;
}

class Encoder {
  private readonly options: EncodeOptions;
  private readonly data = new DataSection();
  private readonly slots = new Map<Slot, number>();
  private readonly ops: DraftOp[] = [];
  private readonly origins: Origin[] = [];
  private readonly labels = new Map<string, number>();
  private readonly children: { step: number; label: string; calls: readonly Call[]; scope: string }[] = [];
  private step = 0;
  private scope = "";
  private serial = 0;

  constructor(options: EncodeOptions) {
    this.options = options;
  }

  encode(steps: readonly { calls: readonly Call[] }[]): Encoded {
    steps.forEach((step, i) => {
      this.step = i;
      this.scope = `${i}:`;
      for (const call of step.calls) this.call(call);
    });
    this.emit({ op: "label", name: "end" }, OP_CODE.END, []);
    for (let child = this.children.shift(); child !== undefined; child = this.children.shift()) {
      this.step = child.step;
      this.scope = child.scope;
      this.labels.set(child.label, this.ops.length);
      for (const call of child.calls) this.call(call);
      // A child never falls into the next one's ops: reaching this line is a bug in the plan.
      this.emit({ op: "fail", errno: "ENOEXEC", why: "" }, OP_CODE.FAIL, [errnoNumber("ENOEXEC")]);
    }
    return this.layOut();
  }

  private call(call: Call): void {
    switch (call.op) {
      case "sys":
        this.sys(call);
        return;
      case "spawn":
        this.spawn(call);
        return;
      case "assert": {
        const op = this.emit(call, OP_CODE.ASSERT, [
          { slot: call.slot },
          call.mask ?? -1,
          errnoNumber(call.errno),
        ]);
        op.expect = call.equals;
        return;
      }
      case "branch": {
        const op = this.emit(call, OP_CODE.BRANCH, [{ slot: call.slot }, call.mask ?? -1]);
        op.expect = call.equals;
        op.target = this.scope + call.to;
        return;
      }
      case "set":
        this.emit(call, OP_CODE.SET, [call.value]).dst = this.slot(call.slot);
        return;
      case "goto":
        this.emit(call, OP_CODE.GOTO, []).target = this.scope + call.to;
        return;
      case "label":
        this.labels.set(this.scope + call.name, this.ops.length);
        return;
      case "fail":
        this.emit(call, OP_CODE.FAIL, [errnoNumber(call.errno)]);
        return;
      case "watch":
        this.emit(call, OP_CODE.WATCH, [{ slot: call.fd }, call.mask]);
    }
  }

  private sys(call: SysCall): void {
    const op = this.emit(call, OP_CODE.SYS, call.args);
    op.nr = syscallNumber(call.name, this.options.arch);
    if (call.into !== undefined) op.dst = this.slot(call.into);
    if (call.expect !== undefined) {
      op.flags |= OP_FLAG.EXPECT;
      op.expect = call.expect;
    }
    for (const rule of call.tolerate ?? []) {
      const target = rule.to === undefined ? undefined : this.scope + rule.to;
      op.rules.push({ errno: errnoNumber(rule.errno), target });
    }
    for (const load of call.load ?? []) {
      const buffer = this.data.buffers.get(load.buf);
      if (buffer === undefined || load.offset + load.width > buffer.size) {
        throw broken(`the plan loads ${load.into} from outside the buffer ${load.buf}`);
      }
      const loaded = this.emit(call, OP_CODE.LOAD, [buffer.offset + load.offset]);
      loaded.nr = load.width;
      loaded.dst = this.slot(load.into);
    }
  }

  private spawn(call: Spawn): void {
    const share = this.options.shareMemory;
    let flags = BigInt(call.flags);
    if (share) flags |= BigInt(CLONE_VM) | CLONE_CLEAR_SIGHAND;
    if (call.pidfd !== undefined) flags |= BigInt(CLONE_PIDFD);
    if (call.cgroup !== undefined) flags |= CLONE_INTO_CGROUP;
    const args = this.data.reserve(CLONE_ARGS_SIZE);
    this.data.put(args, 8, flags);
    this.data.put(args + 32, 8, SIGCHLD);
    if (call.cgroup !== undefined) this.store(call, args + 80, 8, call.cgroup);
    let pidfd = 0;
    if (call.pidfd !== undefined) {
      pidfd = this.data.reserve(8);
      this.data.pointer(args + 8, pidfd);
    }
    const op = this.emit(call, OP_CODE.SPAWN, []);
    op.kinds.push(OPERAND_KIND.DATA);
    op.args.push(args);
    op.dst = this.slot(call.into);
    const label = `child ${this.serial++}`;
    op.target = label;
    this.children.push({ step: this.step, label, calls: call.child, scope: this.scope });
    if (call.pidfd !== undefined) {
      const loaded = this.emit(call, OP_CODE.LOAD, [pidfd]);
      loaded.nr = 4;
      loaded.dst = this.slot(call.pidfd);
    }
  }

  private store(call: Call, at: number, width: 4 | 8, slot: Slot): void {
    this.emit(call, OP_CODE.STORE, [at, { slot }]).nr = width;
  }

  private emit(call: Call, code: number, operands: readonly Operand[]): DraftOp {
    const kinds: number[] = [];
    const args: (number | bigint)[] = [];
    for (const operand of operands) {
      if (typeof operand === "number" || typeof operand === "bigint") {
        kinds.push(OPERAND_KIND.IMMEDIATE);
        args.push(operand);
      } else if ("slot" in operand) {
        kinds.push(OPERAND_KIND.SLOT);
        args.push(this.slot(operand.slot));
      } else {
        kinds.push(OPERAND_KIND.DATA);
        args.push(this.place(call, operand));
      }
    }
    if (args.length > MAX_ARGS) throw broken(`a call has ${args.length} operands`);
    const op: DraftOp = {
      code,
      dst: NO_SLOT,
      nr: 0,
      target: undefined,
      expect: 0,
      flags: 0,
      kinds,
      args,
      rules: [],
    };
    this.ops.push(op);
    this.origins.push({ step: this.step, call });
    return op;
  }

  private place(call: Call, operand: Pointer): number {
    if ("str" in operand) {
      if (operand.str.includes("\0")) throw broken(`a string of the plan holds a NUL byte: ${operand.str}`);
      return this.data.string(operand.str);
    }
    if ("vec" in operand) {
      return this.data.vector(operand.vec.map((part) => renderText([part], this.options.known)));
    }
    if ("bytes" in operand) return this.data.constant(operand.bytes);
    if ("buf" in operand) return this.data.buffer(operand.buf, operand.size);
    if ("text" in operand) return this.data.string(renderText(operand.text, this.options.known));
    return this.block(call, operand.block);
  }

  private block(call: Call, fields: readonly Field[]): number {
    const offset = this.data.reserve(fields.reduce((sum, field) => sum + fieldWidth(field), 0));
    let at = offset;
    for (const field of fields) {
      if ("u8" in field) this.data.put(at, 1, field.u8);
      else if ("u16" in field) this.data.put(at, 2, field.u16);
      else if ("u32" in field) this.data.put(at, 4, field.u32);
      else if ("u64" in field) this.data.put(at, 8, field.u64);
      else if ("bytes" in field) this.data.copy(at, field.bytes);
      else if ("slot" in field) this.store(call, at, field.width, field.slot);
      else this.data.pointer(at, this.place(call, field.ptr));
      at += fieldWidth(field);
    }
    return offset;
  }

  private slot(name: Slot): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const index = this.slots.size;
    this.slots.set(name, index);
    return index;
  }

  private layOut(): Encoded {
    const bytes = layOutProgram({
      ops: this.ops,
      slots: this.slots,
      data: this.data,
      known: this.options.known,
      id: this.options.id,
      report: this.options.report === undefined ? 0 : this.slot(this.options.report) + 1,
      resolve: (label) => this.target(label),
    });
    return {
      bytes,
      slots: this.slots,
      buffers: this.data.buffers,
      dataOffset: bytes.length - this.data.content.length,
      origins: this.origins,
    };
  }

  private target(label: string): number {
    const index = this.labels.get(label);
    if (index === undefined) throw broken(`the plan jumps to a label that is not there: ${label}`);
    return index;
  }
}

function fieldWidth(field: Field): number {
  if ("u8" in field) return 1;
  if ("u16" in field) return 2;
  if ("u32" in field) return 4;
  if ("bytes" in field) return field.bytes.length;
  if ("slot" in field) return field.width;
  return 8;
}

/**
 * Encodes lists of calls (one per step) into one program for the C interpreter.
 * Throws PLAN_BROKEN for a plan that names unknown labels, errnos or buffers.
 */
export function encodeProgram(steps: readonly { calls: readonly Call[] }[], options: EncodeOptions): Encoded {
  return new Encoder(options).encode(steps);
}
