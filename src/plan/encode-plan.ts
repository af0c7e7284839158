import { putUtf8 } from "../bytes/utf8.ts";
import { ERRNO_NUMBERS } from "../tables/errnos.ts";
import { syscallNumber } from "../tables/syscalls.ts";
import type { Call, Field, Operand, Pointer, Slot, Spawn, SysCall } from "./call.ts";
import { CLONE_ARGS_CGROUP, putCloneArgs } from "./clone-args.ts";
import { DataSection, type PutText } from "./data-section.ts";
import { MAX_ARGS, NEXT, NO_SLOT, OP_CODE, OPERAND_KIND } from "./format.ts";
import { Labels } from "./labels.ts";
import { layOutProgram } from "./lay-out.ts";
import { OpSection } from "./op-section.ts";
import { broken, renderText } from "./render-text.ts";

/** About how many ops a call becomes. */
const OPS_PER_CALL = 2;
/** A child never falls into the next one's ops: reaching this call is a bug in the plan. */
const CHILD_GUARD: Call = { op: "fail", errno: "ENOEXEC", why: "a child ran past its last call" };

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
  /** A host's own way of writing text, which is faster than this one in ECMAScript. */
  putText?: PutText | undefined;
}

/** An encoded program and the way back from its numbers to names. */
export interface Encoded {
  bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  words: Int32Array;
  slots: ReadonlyMap<Slot, number>;
  buffers: ReadonlyMap<string, { offset: number; size: number }>;
  /** Offset of the data part in `bytes`. */
  dataOffset: number;
  /** By op: the step that it came from. */
  steps: readonly number[];
  /** By op: the call that it came from; undefined for the end. */
  calls: readonly (Call | undefined)[];
}

function errnoNumber(name: string): number {
  const number = ERRNO_NUMBERS[name as keyof typeof ERRNO_NUMBERS];
  if (number === undefined) throw broken(`the plan names an unknown errno ${name}`);
  return number;
}

class Encoder {
  private readonly options: EncodeOptions;
  private readonly data: DataSection;
  private readonly ops: OpSection;
  private readonly slots = new Map<Slot, number>();
  private readonly labels = new Labels();
  /** By op. */
  private readonly steps: number[] = [];
  private readonly calls: (Call | undefined)[] = [];
  private readonly children: { step: number; spawn: number; calls: readonly Call[] }[] = [];
  /** Constants that are used more than once, by identity. */
  private readonly placed = new Map<object, number>();
  private step = 0;

  constructor(options: EncodeOptions, calls: number) {
    this.options = options;
    this.data = new DataSection(options.putText ?? putUtf8);
    this.ops = new OpSection(OPS_PER_CALL * calls + 1);
  }

  encode(steps: readonly { calls: readonly Call[] }[]): Encoded {
    for (let step = 0; step < steps.length; step++) {
      this.step = step;
      for (const call of (steps[step] as { calls: readonly Call[] }).calls) this.call(call);
    }
    this.begin(undefined, OP_CODE.END, 0);
    for (let child = this.children.shift(); child !== undefined; child = this.children.shift()) {
      this.step = child.step;
      this.ops.target(child.spawn, this.ops.count);
      for (const call of child.calls) this.call(call);
      this.call(CHILD_GUARD);
    }
    this.labels.resolve(this.ops);
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
        const op = this.compare(call, OP_CODE.ASSERT, 3);
        this.operand(op, 2, errnoNumber(call.errno));
        return;
      }
      case "branch":
        this.labels.jump(this.step, call.to, this.compare(call, OP_CODE.BRANCH, 2));
        return;
      case "set":
        this.set(call, call.slot, call.value);
        return;
      case "goto":
        this.labels.jump(this.step, call.to, this.begin(call, OP_CODE.GOTO, 0));
        return;
      case "label":
        this.labels.define(this.step, call.name, this.ops.count);
        return;
      case "fail":
        this.operand(this.begin(call, OP_CODE.FAIL, 1), 0, errnoNumber(call.errno));
        return;
      case "watch": {
        const op = this.begin(call, OP_CODE.WATCH, 2);
        this.ops.operand(op, 0, OPERAND_KIND.SLOT, this.slot(call.fd));
        this.operand(op, 1, call.mask);
      }
    }
  }

  private sys(call: SysCall): void {
    const { args } = call;
    if (args.length > MAX_ARGS) throw broken(`a call has ${args.length} operands`);
    // Blocks may need ops of their own, which come before the call's.
    const pointers: number[] = [];
    for (const arg of args) {
      if (typeof arg === "object" && !("slot" in arg)) pointers.push(this.place(call, arg));
    }
    const op = this.begin(
      call,
      OP_CODE.SYS,
      args.length,
      call.into,
      syscallNumber(call.name, this.options.arch),
    );
    let pointer = 0;
    for (let k = 0; k < args.length; k++) {
      const arg = args[k] as Operand;
      if (typeof arg !== "object") this.ops.operand(op, k, OPERAND_KIND.IMMEDIATE, arg);
      else if ("slot" in arg) this.ops.operand(op, k, OPERAND_KIND.SLOT, this.slot(arg.slot));
      else this.ops.operand(op, k, OPERAND_KIND.DATA, pointers[pointer++] as number);
    }
    if (call.expect !== undefined) this.ops.expect(op, call.expect, true);
    if (call.tolerate !== undefined) this.rules(op, call.tolerate);
    if (call.load !== undefined) this.loads(call, call.load);
  }

  private rules(op: number, tolerated: NonNullable<SysCall["tolerate"]>): void {
    for (const { errno, to } of tolerated) {
      const rule = this.ops.rule(op, errnoNumber(errno), NEXT);
      if (to !== undefined) this.labels.ruleJump(this.step, to, rule);
    }
  }

  private loads(call: SysCall, loads: NonNullable<SysCall["load"]>): void {
    for (const load of loads) {
      const buffer = this.data.buffers.get(load.buf);
      if (buffer === undefined || load.offset + load.width > buffer.size) {
        throw broken(`the plan loads ${load.into} from outside the buffer ${load.buf}`);
      }
      this.load(call, load.into, buffer.offset + load.offset, load.width);
    }
  }

  private spawn(call: Spawn): void {
    const { args, pidfd } = putCloneArgs(this.data, call, this.options.shareMemory);
    if (call.cgroup !== undefined) this.store(call, args + CLONE_ARGS_CGROUP, 8, call.cgroup);
    const op = this.begin(call, OP_CODE.SPAWN, 1, call.into);
    this.ops.operand(op, 0, OPERAND_KIND.DATA, args);
    this.children.push({ step: this.step, spawn: op, calls: call.child });
    if (call.pidfd !== undefined) this.load(call, call.pidfd, pidfd, 4);
  }

  /** An op that compares a slot's bits with a value. */
  private compare(call: Call & { op: "assert" | "branch" }, code: number, nargs: number): number {
    const op = this.begin(call, code, nargs);
    this.ops.operand(op, 0, OPERAND_KIND.SLOT, this.slot(call.slot));
    this.operand(op, 1, call.mask ?? -1);
    this.ops.expect(op, call.equals, false);
    return op;
  }

  private set(call: Call, into: Slot, value: Operand): void {
    const pointer = typeof value === "object" && !("slot" in value) ? this.place(call, value) : undefined;
    const op = this.begin(call, OP_CODE.SET, 1, into);
    if (pointer !== undefined) this.ops.operand(op, 0, OPERAND_KIND.DATA, pointer);
    else if (typeof value !== "object") this.operand(op, 0, value);
    else if ("slot" in value) this.ops.operand(op, 0, OPERAND_KIND.SLOT, this.slot(value.slot));
  }

  private load(call: Call, into: Slot, at: number, width: number): void {
    this.operand(this.begin(call, OP_CODE.LOAD, 1, into, width), 0, at);
  }

  private store(call: Call, at: number, width: 4 | 8, slot: Slot): void {
    const op = this.begin(call, OP_CODE.STORE, 2, undefined, width);
    this.operand(op, 0, at);
    this.ops.operand(op, 1, OPERAND_KIND.SLOT, this.slot(slot));
  }

  private begin(call: Call | undefined, code: number, nargs: number, into?: Slot, nr = 0): number {
    this.steps.push(this.step);
    this.calls.push(call);
    return this.ops.begin(code, nargs, into === undefined ? NO_SLOT : this.slot(into), nr);
  }

  private operand(op: number, k: number, value: number | bigint): void {
    this.ops.operand(op, k, OPERAND_KIND.IMMEDIATE, value);
  }

  private place(call: Call, operand: Pointer): number {
    if ("str" in operand) return this.string(operand.str);
    if ("block" in operand) return this.block(call, operand.block);
    if ("buf" in operand) return this.data.buffer(operand.buf, operand.size);
    if ("text" in operand) return this.string(renderText(operand.text, this.options.known));
    const key = "vec" in operand ? operand.vec : operand.bytes;
    let offset = this.placed.get(key);
    if (offset === undefined) {
      offset = "vec" in operand ? this.vector(operand.vec) : this.data.constant(operand.bytes);
      this.placed.set(key, offset);
    }
    return offset;
  }

  private string(text: string): number {
    const offset = this.data.string(text);
    if (offset < 0) throw broken(`a string of the plan holds a NUL byte: ${text}`);
    return offset;
  }

  private vector(parts: readonly (string | { slot: Slot })[]): number {
    const offset = this.data.reserve(8 * (parts.length + 1));
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string | { slot: Slot };
      const text = typeof part === "string" ? part : renderText([part], this.options.known);
      this.data.pointer(offset + 8 * i, this.string(text));
    }
    return offset;
  }

  private block(call: Call, fields: readonly Field[]): number {
    const { data } = this;
    let size = 0;
    for (const field of fields) size += fieldWidth(field);
    const offset = data.reserve(size);
    let at = offset;
    for (const field of fields) {
      if ("u64" in field) data.put(at, 8, field.u64);
      else if ("u32" in field) data.put(at, 4, field.u32);
      else if ("slot" in field) this.store(call, at, field.width, field.slot);
      else if ("ptr" in field) data.pointer(at, this.place(call, field.ptr));
      else if ("bytes" in field) data.copy(at, field.bytes);
      else if ("u16" in field) data.put(at, 2, field.u16);
      else data.put(at, 1, field.u8);
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
    const { ops, slots, data, options, steps, calls } = this;
    const report = options.report === undefined ? 0 : this.slot(options.report) + 1;
    const words = layOutProgram({ ops, slots, data, known: options.known, id: options.id, report });
    return {
      bytes: new Uint8Array(words.buffer),
      words,
      slots,
      buffers: data.buffers,
      dataOffset: words.byteLength - data.length,
      steps,
      calls,
    };
  }
}

function fieldWidth(field: Field): number {
  if ("u64" in field || "ptr" in field) return 8;
  if ("u32" in field) return 4;
  if ("slot" in field) return field.width;
  if ("bytes" in field) return field.bytes.length;
  return "u16" in field ? 2 : 1;
}

/**
 * Encodes lists of calls (one per step) into one program for the C interpreter.
 * Throws PLAN_BROKEN for a plan that names unknown labels, errnos or buffers.
 */
export function encodeProgram(steps: readonly { calls: readonly Call[] }[], options: EncodeOptions): Encoded {
  let calls = 0;
  for (const step of steps) calls += step.calls.length;
  return new Encoder(options, calls).encode(steps);
}
