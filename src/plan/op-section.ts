import { wideHigh, wideLow } from "../bytes/int64.ts";
import { OP, OP_FLAG, OP_SIZE } from "./format.ts";

/** Elements of an Int32Array that an op takes, and where its parts are among them. */
export const OP_WORDS = OP_SIZE / 4;
const WORD = {
  /** code, nargs, dst */
  HEAD: OP.CODE / 4,
  NR: OP.NR / 4,
  RULE: OP.RULE / 4,
  /** rules, flags */
  COUNTS: OP.RULES / 4,
  KINDS: OP.KINDS / 4,
  EXPECT: OP.EXPECT / 4,
  ARGS: OP.ARGS / 4,
} as const;

/** Grows the ops and rules of a program in their final form. Methods name an op by its index. */
export class OpSection {
  count = 0;
  /** Pairs: errno, target op. */
  readonly rules: number[] = [];
  private words: Int32Array;

  /** `expected` is about how many ops there will be. */
  constructor(expected: number) {
    this.words = new Int32Array(OP_WORDS * expected);
  }

  /** Begins an op and gives its index. */
  begin(code: number, nargs: number, dst: number, nr: number): number {
    const op = this.count++;
    const at = OP_WORDS * op;
    if (at + OP_WORDS > this.words.length) this.grow();
    const { words } = this;
    words[at + WORD.HEAD] = code | (nargs << 8) | (dst << 16);
    words[at + WORD.NR] = nr;
    return op;
  }

  /** The operand number `k`, of a kind of OPERAND_KIND. */
  operand(op: number, k: number, kind: number, value: number | bigint): void {
    const { words } = this;
    const at = OP_WORDS * op;
    const to = at + WORD.ARGS + 2 * k;
    if (typeof value === "number" && value >>> 0 === value) words[to] = value;
    else {
      words[to] = wideLow(value);
      words[to + 1] = wideHigh(value);
    }
    if (kind !== 0) this.addBits(at + WORD.KINDS + (k >> 2), kind << (8 * (k & 3)));
  }

  /** What the result, or the value, is compared with; `flag` says that the result is. */
  expect(op: number, value: number | bigint, flag: boolean): void {
    const at = OP_WORDS * op;
    this.words[at + WORD.EXPECT] = wideLow(value);
    this.words[at + WORD.EXPECT + 1] = wideHigh(value);
    if (flag) this.addBits(at + WORD.COUNTS, OP_FLAG.EXPECT << 16);
  }

  /** The op that a jump goes to, once that is known. */
  target(op: number, target: number): void {
    this.words[OP_WORDS * op + WORD.NR] = target;
  }

  /** Adds a rule to the op that was begun last; gives its index. */
  rule(op: number, errno: number, target: number): number {
    const at = OP_WORDS * op;
    const index = this.rules.length / 2;
    const counts = this.words[at + WORD.COUNTS] as number;
    if ((counts & 0xffff) === 0) this.words[at + WORD.RULE] = index;
    this.words[at + WORD.COUNTS] = counts + 1;
    this.rules.push(errno, target);
    return index;
  }

  /** The ops so far. */
  get content(): Int32Array {
    return this.words.subarray(0, OP_WORDS * this.count);
  }

  private addBits(at: number, bits: number): void {
    this.words[at] = (this.words[at] as number) | bits;
  }

  private grow(): void {
    const bigger = new Int32Array(2 * this.words.length + OP_WORDS);
    bigger.set(this.words);
    this.words = bigger;
  }
}
