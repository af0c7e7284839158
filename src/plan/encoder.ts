import { putUtf8 } from "../bytes/utf8.ts";
import { ERRNO_NUMBERS } from "../tables/errnos.ts";
import { syscallNumber } from "../tables/syscalls.ts";
import type { Call, ErrnoRule, Operand, Slot, Spawn, SysCall } from "./call.ts";
import { CLONE_ARGS_CGROUP, putCloneArgs } from "./clone-args.ts";
import { type Encoded, type EncodeOptions, listOf } from "./encoded.ts";
import { MAX_ARGS, NEXT, NO_SLOT, OP_CODE, OPERAND_KIND } from "./format.ts";
import { Labels } from "./labels.ts";
import { layOutProgram } from "./lay-out.ts";
import { type CallList, type Fragment, fillHoles, holeIndex, type Library } from "./library.ts";
import { OpSection } from "./op-section.ts";
import { Placement, stringHoldsNul } from "./placement.ts";
import { broken } from "./render-text.ts";

/** A child never falls into the next one's ops: reaching this call is a bug in the plan. */
const CHILD_GUARD: Call = { op: "fail", errno: "ENOEXEC", why: "a child ran past its last call" };

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
export class Encoder {
  private readonly placement = new Placement((call, at, width, slot) => this.store(call, at, width, slot));
  private readonly ops = new OpSection();
  private readonly labels = new Labels();
  /** Operands of the call at hand. */
  private readonly values: (number | bigint)[] = [];
  private children: { spawn: number; calls: readonly Call[] }[] = [];
  /** Strings with holes: where they are. */
  private holes: { op: number; operand: number; text: string }[] = [];
  private options: EncodeOptions = { arch: "x86_64", id: 0, known: new Map(), shareMemory: false };
  /** Pairs: where the ops of a list begin, and which list. */
  private lists: number[] = [];
  /** By op. */
  private calls: (Call | undefined)[] = [];

  encode(lists: readonly CallList[], options: EncodeOptions): Encoded {
    this.begin(options);
    for (let i = 0; i < lists.length; i++) {
      const list = lists[i] as CallList;
      this.lists.push(this.ops.count, i);
      if (options.library === undefined || list.fragment === undefined) this.list(list.calls);
      else this.copy(options.library, list.fragment, list.texts);
    }
    this.add(undefined, OP_CODE.END, NO_SLOT, 0, 0);
    for (let i = 0; i < this.children.length; i++) {
      const child = this.children[i] as (typeof this.children)[number];
      this.ops.target(child.spawn, this.ops.count);
      this.lists.push(this.ops.count, listOf(this.lists, child.spawn));
      this.list(child.calls);
      this.call(CHILD_GUARD);
    }
    return this.layOut();
  }

  /** Encodes lists of calls as fragments. */
  encodeLibrary(
    lists: readonly (readonly Call[])[],
    arch: EncodeOptions["arch"],
  ): { library: Library; fragments: Fragment[] } {
    this.begin({ arch, id: 0, known: new Map(), shareMemory: false });
    const fragments = lists.map((calls): Fragment => {
      const [start, firstRule] = [this.ops.count, this.ops.rules.length / 2];
      this.list(calls);
      const words = new Map<string, number[]>();
      for (const { op, operand, text } of this.holes) {
        words.set(text, [...(words.get(text) ?? []), OpSection.operandWord(op, start, operand)]);
      }
      const texts = Array.from(words, ([text, places]) => ({ text, words: places }));
      this.holes = [];
      const names = [...this.placement.slots.keys()];
      return { ...this.ops.fragment(start, firstRule, (slot) => holeIndex(names[slot] ?? "")), texts };
    });
    const { data, slots } = this.placement;
    return { library: { slots, ops: this.ops.content.slice(), ...data.keep() }, fragments };
  }

  /** Adds the ops of a fragment, whose operands are where the library has them. */
  private copy(library: Library, fragment: Fragment, texts: readonly string[] = []): void {
    const { ops, placement } = this;
    const first = ops.copy(library, fragment);
    for (let i = 0; i < fragment.texts.length; i++) {
      const { text, words } = fragment.texts[i] as Fragment["texts"][number];
      const place = placement.string(fillHoles(text, texts));
      for (let k = 0; k < words.length; k++) ops.fill(first, words[k] as number, place);
    }
    for (let i = 0; i < fragment.slots.length; i += 2) {
      const name = texts[fragment.slots[i + 1] as number] as string;
      ops.fillSlot(first, fragment.slots[i] as number, placement.slot(name));
    }
  }

  /** Forgets the last program, which may have been broken off. */
  private begin(options: EncodeOptions): void {
    const { known, putText, library } = options;
    this.options = options;
    this.placement.clear(known, putText ?? putUtf8, library);
    this.ops.clear(library);
    this.labels.clear();
    if (this.children.length > 0) this.children = [];
    if (this.holes.length > 0) this.holes = [];
    this.lists = [];
    this.calls = [];
  }

  /** Labels are known in their own list only. */
  private list(calls: readonly Call[]): void {
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
        this.add(call, OP_CODE.SET, this.placement.slot(call.slot), 0, 1, kind);
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
        this.values[0] = this.placement.slot(call.fd);
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
    const dst = into === undefined ? NO_SLOT : this.placement.slot(into);
    const nr = syscallNumber(call.name, this.options.arch);
    const op = this.ops.add(SYS, dst, nr, nargs, values, kinds, moreKinds);
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
      this.values[k] = this.placement.slot(operand.slot);
      return SLOT;
    }
    if ("str" in operand) this.values[k] = this.text(operand.str, k);
    else this.values[k] = this.placement.place(call, operand);
    return DATA;
  }

  /** Offset of a string operand; 0 for one with holes, which is placed later. */
  private text(text: string, operand: number): number {
    const offset = this.placement.data.string(text);
    if (offset >= 0) return offset;
    this.holes.push({ op: this.ops.count, operand, text });
    return 0;
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
      const buffer = this.placement.data.buffers.get(load.buf);
      if (buffer === undefined || load.offset + load.width > buffer.size) {
        throw broken(`the plan loads ${load.into} from outside the buffer ${load.buf}`);
      }
      this.load(call, load.into, buffer.offset + load.offset, load.width);
    }
  }

  private spawn(call: Spawn): void {
    const { args, pidfd } = putCloneArgs(this.placement.data, call, this.options.shareMemory);
    if (call.cgroup !== undefined) this.store(call, args + CLONE_ARGS_CGROUP, 8, call.cgroup);
    this.values[0] = args;
    const op = this.add(call, OP_CODE.SPAWN, this.placement.slot(call.into), 0, 1, DATA);
    this.children.push({ spawn: op, calls: call.child });
    if (call.pidfd !== undefined) this.load(call, call.pidfd, pidfd, 4);
  }

  /** An op that compares a slot's bits with a value. */
  private compare(call: Call & { op: "assert" | "branch" }, code: number, nargs: number): number {
    this.values[0] = this.placement.slot(call.slot);
    this.values[1] = call.mask ?? -1;
    const op = this.add(call, code, NO_SLOT, 0, nargs, SLOT_FIRST);
    this.ops.compare(op, call.equals);
    return op;
  }

  private load(call: Call, into: Slot, at: number, width: number): void {
    this.values[0] = at;
    this.add(call, OP_CODE.LOAD, this.placement.slot(into), width, 1);
  }

  /** Adds an op before the one whose operands are being collected, and leaves those alone. */
  private store(call: Call, at: number, width: 4 | 8, slot: Slot): void {
    this.calls[this.ops.count] = call;
    this.ops.add(OP_CODE.STORE, NO_SLOT, width, 2, [at, this.placement.slot(slot)], SLOT_SECOND);
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
    this.calls[op] = call;
    return op;
  }

  private layOut(): Encoded {
    const { ops, options, lists, calls } = this;
    if (this.holes[0] !== undefined) throw stringHoldsNul(this.holes[0].text);
    const { data, slots } = this.placement;
    const report = options.report === undefined ? 0 : this.placement.slot(options.report) + 1;
    const words = layOutProgram({ ops, slots, data, known: options.known, id: options.id, report });
    return {
      bytes: new Uint8Array(words.buffer),
      words,
      slots,
      buffers: data.buffers,
      dataOffset: words.byteLength - data.length,
      lists,
      calls,
    };
  }
}
