import { wideAt, wideHigh, wideLow } from "../bytes/int64.ts";
import type { Field, Operand, Pointer } from "../plan/call.ts";
import { HEADER, HEADER_SIZE, OP, OP_CODE, OP_SIZE, OPERAND_KIND } from "../plan/format.ts";
import { putHeader } from "../plan/lay-out.ts";
import { broken } from "../plan/render-text.ts";
import { type SyscallName, syscallNumber } from "../tables/syscalls.ts";
import type { Host } from "./port.ts";

/** Bytes of operands that a call may have; a longer one is a plan of its own (carry.ts). */
const ROOM = 72 * 1024;
const SLOTS_SIZE = 8;
const OPS = 2;
const OP_WORD = (HEADER_SIZE + SLOTS_SIZE) / 4;
const RESULT_WORD = HEADER_SIZE / 4;
const DATA_AT = HEADER_SIZE + SLOTS_SIZE + OPS * OP_SIZE;
const HEAD_WORD = OP_WORD + OP.CODE / 4;
const NR_WORD = OP_WORD + OP.NR / 4;
const KINDS_WORD = OP_WORD + OP.KINDS / 4;
const ARGS_WORD = OP_WORD + OP.ARGS / 4;
const FAIL_PC_WORD = HEADER.FAIL_PC / 4;
const FAIL_ERRNO_WORD = HEADER.FAIL_ERRNO / 4;
const { DATA } = OPERAND_KIND;

/** True for a field of four or eight bytes that stands for itself. */
function isConstant(field: Field): boolean {
  return "u64" in field || "u32" in field;
}

/**
 * A program of one system call whose memory is used for call after call: a fifth of the cost of encoding a list. It has
 * no children, so that nothing looks at the memory once run returns.
 */
export class OneCall {
  private readonly host: Host;
  private readonly words = new Int32Array((DATA_AT + ROOM) / 4);
  private readonly bytes = new Uint8Array(this.words.buffer);
  private readonly offsets: number[] = [];
  private end = 0;

  constructor(host: Host) {
    this.host = host;
    putHeader(this.words, { id: 0, slots: 1, ops: OPS, rules: 0, relocations: 0, data: ROOM, report: 0 });
    this.words[OP_WORD + OP_SIZE / 4] = OP_CODE.END | (0xffff << 16);
  }

  /** True when the operands fit; slots and what is not listed here never do. */
  static fits(args: readonly Operand[]): boolean {
    let size = 0;
    for (let k = 0; k < args.length; k++) {
      const arg = args[k] as Operand;
      if (typeof arg !== "object") continue;
      if ("str" in arg) size += 3 * arg.str.length + 16;
      else if ("buf" in arg) size += arg.size + 8;
      else if ("bytes" in arg) size += arg.bytes.length + 8;
      else if ("block" in arg && arg.block.every(isConstant)) size += 8 * arg.block.length + 8;
      else return false;
    }
    return size <= ROOM;
  }

  /** Makes the call and gives its result, -errno for a failure. Throws PLAN_BROKEN for a string with a NUL. */
  run(name: SyscallName, args: readonly Operand[]): number {
    const { words, host } = this;
    const nargs = args.length;
    let kinds = 0;
    let moreKinds = 0;
    this.end = 0;
    for (let k = 0; k < nargs; k++) {
      const arg = args[k] as Operand;
      let value: number | bigint;
      if (typeof arg !== "object") value = arg;
      else {
        value = this.place(arg);
        this.offsets[k] = value;
        if (k < 4) kinds |= DATA << (8 * k);
        else moreKinds |= DATA << (8 * k - 32);
      }
      words[ARGS_WORD + 2 * k] = wideLow(value);
      words[ARGS_WORD + 2 * k + 1] = wideHigh(value);
    }
    words[HEAD_WORD] = OP_CODE.SYS | (nargs << 8);
    words[NR_WORD] = syscallNumber(name, host.arch);
    words[KINDS_WORD] = kinds;
    words[KINDS_WORD + 1] = moreKinds;
    host.run(this.bytes);
    if ((words[FAIL_PC_WORD] as number) >= 0) return -(words[FAIL_ERRNO_WORD] as number);
    return wideAt(words, RESULT_WORD);
  }

  /** Puts an operand into the data and gives its offset. */
  private place(operand: Pointer | { slot: string }): number {
    const offset = this.end;
    const at = DATA_AT + offset;
    let size = 0;
    if ("str" in operand) {
      if (operand.str.includes("\0")) throw broken(`a string of the plan holds a NUL byte: ${operand.str}`);
      size = this.host.putText(operand.str, this.bytes, at) + 1;
      this.bytes[at + size - 1] = 0;
    } else if ("buf" in operand) size = operand.size;
    else if ("bytes" in operand) {
      this.bytes.set(operand.bytes, at);
      size = operand.bytes.length;
    } else if ("block" in operand) size = this.block(operand.block, at / 4);
    this.end = (offset + size + 7) & ~7;
    return offset;
  }

  /** Puts fields of four and eight bytes; gives their size. */
  private block(fields: readonly Field[], word: number): number {
    let at = word;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as Field;
      if ("u64" in field) {
        this.words[at++] = wideLow(field.u64);
        this.words[at++] = wideHigh(field.u64);
      } else if ("u32" in field) this.words[at++] = field.u32;
    }
    return 4 * (at - word);
  }

  /** The first `length` bytes of operand `k`, a buffer or block, until the next call. */
  operand(k: number, length: number): Uint8Array {
    const from = DATA_AT + (this.offsets[k] as number);
    return this.bytes.subarray(from, from + length);
  }
}
