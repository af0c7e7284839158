import { wideHigh, wideLow } from "../bytes/int64.ts";
import { MAX_ARGS, NEXT, OP, OP_CODE, OP_FLAG, OP_SIZE, OPERAND_KIND } from "./format.ts";
import type { Fragment, Library } from "./library.ts";

/** Elements of an Int32Array that an op takes, and where its parts are among them. */
const OP_WORDS = OP_SIZE / 4;
/** code, nargs, dst */
const HEAD = OP.CODE / 4;
const NR = OP.NR / 4;
const RULE = OP.RULE / 4;
/** rules, flags */
const COUNTS = OP.RULES / 4;
const KINDS = OP.KINDS / 4;
const EXPECT = OP.EXPECT / 4;
const ARGS = OP.ARGS / 4;
/** Ops of a usual init list, and some more. */
const USUAL = 1024;
const EXPECT_FLAG = OP_FLAG.EXPECT << 16;

/** Grows the ops and rules of a program in their final form. Methods name an op by its index. */
export class OpSection {
  count = 0;
  /** Pairs: errno, target op. */
  rules: number[] = [];
  private words = new Int32Array(64 * OP_WORDS);

  /** Begins anew; a program with a library is long. */
  clear(library: Library | undefined): void {
    this.words.fill(0, 0, OP_WORDS * this.count);
    this.count = 0;
    this.rules = [];
    if (library !== undefined) this.reserve(USUAL);
  }

  /**
   * The ops from `start` on, with the rules from `firstRule` on, as a fragment; its ops count their rules from 0 now.
   * `isHole` tells which text names a slot, -1 for none.
   */
  fragment(start: number, firstRule: number, isHole: (slot: number) => number): Omit<Fragment, "texts"> {
    const { count, words } = this;
    const jumps: number[] = [];
    const ruled: number[] = [];
    const slots: number[] = [];
    for (let op = start; op < count; op++) {
      const at = OP_WORDS * op;
      const code = (words[at + HEAD] as number) & 0xff;
      if (code === OP_CODE.GOTO || code === OP_CODE.BRANCH) {
        jumps.push(op - start);
        words[at + NR] = (words[at + NR] as number) - start;
      }
      for (const word of this.slotWords(op)) {
        const text = isHole(
          word === HEAD ? (words[at + HEAD] as number) >>> 16 : (words[at + word] as number),
        );
        if (text >= 0) slots.push(at + word - OP_WORDS * start, text);
      }
      if (((words[at + COUNTS] as number) & 0xffff) === 0) continue;
      ruled.push(op - start);
      words[at + RULE] = (words[at + RULE] as number) - firstRule;
    }
    const rules = this.rules.slice(2 * firstRule);
    for (let i = 1; i < rules.length; i += 2) if (rules[i] !== NEXT) rules[i] = (rules[i] as number) - start;
    return { start, end: count, jumps, ruled, rules, slots };
  }

  /** Where an op has numbers of slots: in its head, and in operands. */
  private slotWords(op: number): number[] {
    const kinds = new Uint8Array(this.words.buffer, OP_SIZE * op + OP.KINDS, MAX_ARGS);
    const words = [HEAD];
    for (let k = 0; k < MAX_ARGS; k++) if (kinds[k] === OPERAND_KIND.SLOT) words.push(ARGS + 2 * k);
    return words;
  }

  /** Adds the ops of a fragment; gives the first one's index. Its holes are left to be filled. */
  copy(library: Library, { start, end, jumps, ruled, rules }: Fragment): number {
    const first = this.count;
    this.count += end - start;
    while (OP_WORDS * this.count > this.words.length) this.grow();
    const { words } = this;
    words.set(library.ops.subarray(OP_WORDS * start, OP_WORDS * end), OP_WORDS * first);
    this.move(jumps, first, NR, first);
    this.move(ruled, first, RULE, this.rules.length / 2);
    for (let i = 0; i < rules.length; i += 2) {
      const target = rules[i + 1] as number;
      this.rules.push(rules[i] as number, target === NEXT ? NEXT : target + first);
    }
    return first;
  }

  /** Adds `by` to a word of each of the `ops`, which are counted from `first`. */
  private move(ops: readonly number[], first: number, word: number, by: number): void {
    const { words } = this;
    for (let i = 0; i < ops.length; i++) {
      const at = OP_WORDS * (first + (ops[i] as number)) + word;
      words[at] = (words[at] as number) + by;
    }
  }

  /** Where operand `k` of op `op` is, in words from the first of op `start`. */
  static operandWord(op: number, start: number, k: number): number {
    return OP_WORDS * (op - start) + ARGS + 2 * k;
  }

  /** Sets a word, counted from the first one of op `first`. */
  fill(first: number, word: number, value: number): void {
    this.words[OP_WORDS * first + word] = value;
  }

  /** The same with the number of a slot; in an op's head it shares the word. */
  fillSlot(first: number, word: number, slot: number): void {
    const at = OP_WORDS * first + word;
    const isHead = word % OP_WORDS === HEAD;
    this.words[at] = isHead ? ((this.words[at] as number) & 0xffff) | (slot << 16) : slot;
  }

  /**
   * Adds an op and gives its index. Its operands are the first `nargs` of `values`; `kinds` and `moreKinds` hold a byte
   * of OPERAND_KIND for each of the first four, and of those behind them.
   */
  add(
    code: number,
    dst: number,
    nr: number,
    nargs: number,
    values: readonly (number | bigint)[],
    kinds: number,
    moreKinds = 0,
  ): number {
    const op = this.count++;
    const at = OP_WORDS * op;
    if (at + OP_WORDS > this.words.length) this.grow();
    const { words } = this;
    words[at + HEAD] = code | (nargs << 8) | (dst << 16);
    words[at + NR] = nr;
    words[at + KINDS] = kinds;
    if (moreKinds !== 0) words[at + KINDS + 1] = moreKinds;
    let to = at + ARGS;
    for (let k = 0; k < nargs; k++) {
      const value = values[k] as number | bigint;
      if (typeof value !== "number") {
        words[to] = wideLow(value);
        words[to + 1] = wideHigh(value);
      } else {
        words[to] = value;
        // What fits into 32 bits without a sign needs no high word.
        if (value >>> 0 !== value) words[to + 1] = wideHigh(value);
      }
      to += 2;
    }
    return op;
  }

  /** What the value is compared with. */
  compare(op: number, value: number | bigint): void {
    const at = OP_WORDS * op + EXPECT;
    this.words[at] = wideLow(value);
    this.words[at + 1] = wideHigh(value);
  }

  /** The exact result that means success. */
  expect(op: number, value: number): void {
    this.compare(op, value);
    const at = OP_WORDS * op + COUNTS;
    this.words[at] = (this.words[at] as number) | EXPECT_FLAG;
  }

  /** The op that a jump goes to, once that is known. */
  target(op: number, target: number): void {
    this.words[OP_WORDS * op + NR] = target;
  }

  /** Adds a rule to the op that was added last; gives its index. */
  rule(op: number, errno: number, target: number): number {
    const at = OP_WORDS * op;
    const index = this.rules.length / 2;
    const counts = this.words[at + COUNTS] as number;
    if ((counts & 0xffff) === 0) this.words[at + RULE] = index;
    this.words[at + COUNTS] = counts + 1;
    this.rules.push(errno, target);
    return index;
  }

  /** The ops so far; only until the next one is added. */
  get content(): Int32Array {
    return this.words.subarray(0, OP_WORDS * this.count);
  }

  private grow(): void {
    this.reserve((2 * this.words.length) / OP_WORDS);
  }

  /** Makes room for `ops`. */
  private reserve(ops: number): void {
    if (OP_WORDS * ops <= this.words.length) return;
    const bigger = new Int32Array(OP_WORDS * ops);
    bigger.set(this.words);
    this.words = bigger;
  }
}
