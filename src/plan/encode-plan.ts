import { putUtf8 } from "../bytes/utf8.ts";
import { ERRNO_NUMBERS } from "../tables/errnos.ts";
import { syscallNumber } from "../tables/syscalls.ts";
import type { Call, ErrnoRule, Field, Operand, Pointer, Slot, Spawn, SysCall } from "./call.ts";
import { CLONE_ARGS_CGROUP, putCloneArgs } from "./clone-args.ts";
import { DataSection, type PutText } from "./data-section.ts";
import { MAX_ARGS, NEXT, NO_SLOT, OP_CODE, OPERAND_KIND } from "./format.ts";
import { Labels } from "./labels.ts";
import { layOutProgram } from "./lay-out.ts";
import { OpSection } from "./op-section.ts";
import { broken, renderText } from "./render-text.ts";

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

const { IMMEDIATE, SLOT, DATA } = OPERAND_KIND;
const { SYS } = OP_CODE;
/** Kinds of the operands of ops that always have the same. */
const SLOT_FIRST = SLOT;
const SLOT_SECOND = SLOT << 8;

function errnoNumber(name: string): number {
  const number = ERRNO_NUMBERS[name as keyof typeof ERRNO_NUMBERS];
  if (number === undefined) throw broken(`the plan names an unknown errno ${name}`);
  return number;
}

/** Encodes one program after the other; what it builds them in is used again. */
class Encoder {
  private readonly data = new DataSection(putUtf8);
  private readonly ops = new OpSection();
  private readonly labels = new Labels();
  /** Constants that are used more than once, by identity. */
  private readonly placed = new Map<object, number>();
  /** Operands of the call at hand. */
  private readonly values: (number | bigint)[] = [];
  private children: { step: number; spawn: number; calls: readonly Call[] }[] = [];
  private options: EncodeOptions = { arch: "x86_64", id: 0, known: new Map(), shareMemory: false };
  private slots = new Map<Slot, number>();
  /** By op. */
  private steps: number[] = [];
  private calls: (Call | undefined)[] = [];
  private step = 0;

  encode(steps: readonly { calls: readonly Call[] }[], options: EncodeOptions): Encoded {
    this.begin(options);
    for (let step = 0; step < steps.length; step++) {
      this.list(step, (steps[step] as { calls: readonly Call[] }).calls);
    }
    this.add(undefined, OP_CODE.END, NO_SLOT, 0, 0);
    for (let i = 0; i < this.children.length; i++) {
      const child = this.children[i] as (typeof this.children)[number];
      this.ops.target(child.spawn, this.ops.count);
      this.list(child.step, child.calls);
      this.call(CHILD_GUARD);
    }
    return this.layOut();
  }

  /** Forgets the last program, which may have been broken off. */
  private begin(options: EncodeOptions): void {
    this.options = options;
    this.data.clear(options.putText ?? putUtf8);
    this.ops.clear();
    this.labels.clear();
    if (this.placed.size > 0) this.placed.clear();
    if (this.children.length > 0) this.children = [];
    this.slots = new Map();
    this.steps = [];
    this.calls = [];
  }

  /** Labels are known in their own list only. */
  private list(step: number, calls: readonly Call[]): void {
    this.step = step;
    for (let i = 0; i < calls.length; i++) this.call(calls[i] as Call);
    this.labels.resolve(this.ops);
  }

  private call(call: Call): void {
    switch (call.op) {
      case "sys":
        this.sys(call);
        return;
      case "label":
        this.labels.define(call.name, this.ops.count);
        return;
      case "goto":
        this.labels.jump(call.to, this.add(call, OP_CODE.GOTO, NO_SLOT, 0, 0));
        return;
      case "branch":
        this.labels.jump(call.to, this.compare(call, OP_CODE.BRANCH, 2));
        return;
      case "assert":
        this.values[2] = errnoNumber(call.errno);
        this.compare(call, OP_CODE.ASSERT, 3);
        return;
      case "set": {
        const kind = this.operand(call, call.value, 0);
        this.add(call, OP_CODE.SET, this.slot(call.slot), 0, 1, kind);
        return;
      }
      case "fail":
        this.values[0] = errnoNumber(call.errno);
        this.add(call, OP_CODE.FAIL, NO_SLOT, 0, 1);
        return;
      case "spawn":
        this.spawn(call);
        return;
      case "watch":
        this.values[0] = this.slot(call.fd);
        this.values[1] = call.mask;
        this.add(call, OP_CODE.WATCH, NO_SLOT, 0, 2, SLOT_FIRST);
    }
  }

  private sys(call: SysCall): void {
    const { args, into, expect, tolerate, load } = call;
    const { values } = this;
    const nargs = args.length;
    if (nargs > MAX_ARGS) throw broken(`a call has ${nargs} operands`);
    let kinds = 0;
    let moreKinds = 0;
    for (let k = 0; k < nargs; k++) {
      const arg = args[k] as Operand;
      if (typeof arg === "number") values[k] = arg;
      else if (k < 4) kinds |= this.operand(call, arg, k) << (8 * k);
      else moreKinds |= this.operand(call, arg, k) << (8 * k - 32);
    }
    const dst = into === undefined ? NO_SLOT : this.slot(into);
    const nr = syscallNumber(call.name, this.options.arch);
    const op = this.ops.add(SYS, dst, nr, nargs, values, kinds, moreKinds);
    this.steps[op] = this.step;
    this.calls[op] = call;
    if (expect !== undefined) this.ops.expect(op, expect);
    if (tolerate !== undefined) this.rules(op, tolerate);
    if (load !== undefined) this.loads(call, load);
  }

  /** Puts an operand into values[k] and gives its kind. Blocks may add ops of their own, which come before the call's. */
  private operand(call: Call, operand: Operand, k: number): number {
    if (typeof operand !== "object") {
      this.values[k] = operand;
      return IMMEDIATE;
    }
    if ("slot" in operand) {
      this.values[k] = this.slot(operand.slot);
      return SLOT;
    }
    const offset = this.place(call, operand);
    this.values[k] = offset;
    return DATA;
  }

  private rules(op: number, tolerated: NonNullable<SysCall["tolerate"]>): void {
    for (let i = 0; i < tolerated.length; i++) {
      const { errno, to } = tolerated[i] as ErrnoRule;
      const rule = this.ops.rule(op, errnoNumber(errno), NEXT);
      if (to !== undefined) this.labels.ruleJump(to, rule);
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
    this.values[0] = args;
    const op = this.add(call, OP_CODE.SPAWN, this.slot(call.into), 0, 1, DATA);
    this.children.push({ step: this.step, spawn: op, calls: call.child });
    if (call.pidfd !== undefined) this.load(call, call.pidfd, pidfd, 4);
  }

  /** An op that compares a slot's bits with a value. */
  private compare(call: Call & { op: "assert" | "branch" }, code: number, nargs: number): number {
    this.values[0] = this.slot(call.slot);
    this.values[1] = call.mask ?? -1;
    const op = this.add(call, code, NO_SLOT, 0, nargs, SLOT_FIRST);
    this.ops.compare(op, call.equals);
    return op;
  }

  private load(call: Call, into: Slot, at: number, width: number): void {
    this.values[0] = at;
    this.add(call, OP_CODE.LOAD, this.slot(into), width, 1);
  }

  /** Adds an op before the one whose operands are being collected, and leaves those alone. */
  private store(call: Call, at: number, width: 4 | 8, slot: Slot): void {
    this.steps.push(this.step);
    this.calls.push(call);
    this.ops.add(OP_CODE.STORE, NO_SLOT, width, 2, [at, this.slot(slot)], SLOT_SECOND);
  }

  private add(
    call: Call | undefined,
    code: number,
    dst: number,
    nr: number,
    nargs: number,
    kinds = 0,
    moreKinds = 0,
  ): number {
    const op = this.ops.add(code, dst, nr, nargs, this.values, kinds, moreKinds);
    this.steps[op] = this.step;
    this.calls[op] = call;
    return op;
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
    for (let i = 0; i < fields.length; i++) size += fieldWidth(fields[i] as Field);
    const offset = data.reserve(size);
    let at = offset;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as Field;
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

const encoder = new Encoder();

/**
 * Encodes lists of calls (one per step) into one program for the C interpreter.
 * Throws PLAN_BROKEN for a plan that names unknown labels, errnos or buffers.
 */
export function encodeProgram(steps: readonly { calls: readonly Call[] }[], options: EncodeOptions): Encoded {
  return encoder.encode(steps, options);
}
