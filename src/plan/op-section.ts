import { wideHigh, wideLow } from "../bytes/int64.ts";
import { NEXT, OP, OP_CODE, OP_FLAG, OP_SIZE } from "./format.ts";
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

  /** Begins anew, with the rules of `library`, which go nowhere until their fragments are copied. */
  clear(library: Library | undefined): void {
    this.words.fill(0, 0, OP_WORDS * this.count);
    this.count = 0;
    this.rules = library === undefined ? [] : library.idleRules.slice();
    if (library !== undefined) this.reserve(USUAL);
  }

  /** The ops and rules so far, for a library. */
  keep(): Pick<Library, "ops" | "rules" | "idleRules" | "jumps"> {
    const ops = this.content.slice();
    const jumps: boolean[] = [];
    for (let op = 0; op < this.count; op++) {
      const code = (ops[OP_WORDS * op + HEAD] as number) & 0xff;
      jumps.push(code === OP_CODE.GOTO || code === OP_CODE.BRANCH);
    }
    const { rules } = this;
    return { ops, rules, idleRules: rules.map((word, i) => (i % 2 === 0 ? word : NEXT)), jumps };
  }

  /** Adds the ops of a fragment and moves their jumps, and those of its rules; gives the first op's index. */
  copy(library: Library, { start, end, firstRule, endRule }: Fragment): number {
    const first = this.count;
    this.count += end - start;
    while (OP_WORDS * this.count > this.words.length) this.grow();
    this.words.set(library.ops.subarray(OP_WORDS * start, OP_WORDS * end), OP_WORDS * first);
    const moved = first - start;
    for (let op = start; op < end; op++) {
      if (library.jumps[op] !== true) continue;
      const at = OP_WORDS * (op + moved) + NR;
      this.words[at] = (this.words[at] as number) + moved;
    }
    for (let rule = firstRule; rule < endRule; rule++) {
      const target = library.rules[2 * rule + 1] as number;
      if (target !== NEXT) this.rules[2 * rule + 1] = target + moved;
    }
    return first;
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
