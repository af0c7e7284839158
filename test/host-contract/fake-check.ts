/** The rules of soundness of a program, as native/check.c has them, for the fake host. */
import {
  buildId,
  FORMAT_VERSION,
  HEADER,
  HEADER_SIZE,
  MAGIC,
  MAX_ARGS,
  MAX_PROGRAM,
  NEXT,
  NO_SLOT,
  OP,
  OP_CODE,
  OP_FLAG,
  OP_SIZE,
  OPERAND_KIND,
  RELOC_SIZE,
  RULE_SIZE,
} from "../../src/plan/format.ts";

/** Why a program is rejected; the numbers of native/interpreter.h. */
export const REJECT = {
  SHORT: -1,
  LARGE: -2,
  MAGIC: -3,
  VERSION: -4,
  BUILD: -5,
  LENGTH: -6,
  SLOTS: -7,
  LAYOUT: -8,
  REPORT: -9,
  RELOC: -10,
  ERRNO: -11,
  TARGET: -12,
  CODE: -13,
  NARGS: -14,
  DST: -15,
  KIND: -16,
  SLOT: -17,
  DATA: -18,
  RULES: -19,
  FLAGS: -20,
  WIDTH: -21,
  RANGE: -22,
  END: -23,
} as const;

/** The parts of a program: counts, and byte offsets of their beginnings. */
export interface Parts {
  view: DataView;
  slots: number;
  ops: number;
  rules: number;
  relocs: number;
  data: number;
  opsAt: number;
  rulesAt: number;
  relocsAt: number;
  dataAt: number;
}

/** Cuts `program` into its parts; offsets are only meaningful when `checkProgram` gives 0. */
export function partsOf(program: Uint8Array): Parts {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const count = (at: number) => view.getUint32(at, true);
  const slots = count(HEADER.SLOTS);
  const ops = count(HEADER.OPS);
  const rules = count(HEADER.RULES);
  const relocs = count(HEADER.RELOCS);
  const opsAt = HEADER_SIZE + 8 * slots;
  const rulesAt = opsAt + OP_SIZE * ops;
  const relocsAt = rulesAt + RULE_SIZE * rules;
  const dataAt = relocsAt + RELOC_SIZE * relocs;
  return { view, slots, ops, rules, relocs, data: count(HEADER.DATA), opsAt, rulesAt, relocsAt, dataAt };
}

/** Operand kinds of each op: o = any, i = a plain number, d = a place in the data. */
const SHAPES = new Map<number, string>([
  [OP_CODE.LOAD, "i"],
  [OP_CODE.STORE, "io"],
  [OP_CODE.SET, "o"],
  [OP_CODE.ASSERT, "oii"],
  [OP_CODE.BRANCH, "oi"],
  [OP_CODE.GOTO, ""],
  [OP_CODE.FAIL, "i"],
  [OP_CODE.SPAWN, "d"],
  [OP_CODE.END, ""],
  [OP_CODE.WATCH, "oo"],
]);

function checkHeader(program: Uint8Array): number {
  if (program.length < HEADER_SIZE) return REJECT.SHORT;
  if (program.length > MAX_PROGRAM) return REJECT.LARGE;
  const parts = partsOf(program);
  const { view } = parts;
  if (view.getUint32(HEADER.MAGIC, true) !== MAGIC) return REJECT.MAGIC;
  if (view.getUint32(HEADER.VERSION, true) !== FORMAT_VERSION) return REJECT.VERSION;
  if (view.getBigUint64(HEADER.BUILD_ID, true) !== buildId()) return REJECT.BUILD;
  if (view.getUint32(HEADER.LENGTH, true) !== program.length) return REJECT.LENGTH;
  if (parts.slots > NO_SLOT) return REJECT.SLOTS;
  if (parts.dataAt + parts.data !== program.length) return REJECT.LAYOUT;
  return view.getUint32(HEADER.REPORT, true) > parts.slots ? REJECT.REPORT : 0;
}

function inside(parts: Parts, offset: bigint | number, width: number): boolean {
  return BigInt(offset) + BigInt(width) <= BigInt(parts.data);
}

function isErrno(value: bigint | number): boolean {
  return value >= 1 && value <= 4095;
}

function checkOperand(parts: Parts, shape: string, kind: number, value: bigint): number {
  if (shape === "i" && kind !== OPERAND_KIND.IMMEDIATE) return REJECT.KIND;
  if (shape === "d" && kind !== OPERAND_KIND.DATA) return REJECT.KIND;
  if (kind === OPERAND_KIND.IMMEDIATE) return 0;
  if (kind === OPERAND_KIND.DATA) return value <= BigInt(parts.data) ? 0 : REJECT.DATA;
  if (kind === OPERAND_KIND.SLOT) return value < BigInt(parts.slots) ? 0 : REJECT.SLOT;
  return REJECT.KIND;
}

function checkOperands(parts: Parts, at: number): number {
  const code = parts.view.getUint8(at + OP.CODE);
  const nargs = parts.view.getUint8(at + OP.NARGS);
  const shape = code === OP_CODE.SYS ? "o".repeat(nargs) : (SHAPES.get(code) ?? "");
  if (nargs > MAX_ARGS || nargs !== shape.length) return REJECT.NARGS;
  for (let i = 0; i < MAX_ARGS; i++) {
    const kind = parts.view.getUint8(at + OP.KINDS + i);
    const value = parts.view.getBigUint64(at + OP.ARGS + 8 * i, true);
    const reject = checkOperand(parts, shape[i] ?? "i", kind, value);
    if (reject !== 0) return reject;
  }
  return 0;
}

function checkOwn(parts: Parts, at: number): number {
  const { view } = parts;
  const code = view.getUint8(at + OP.CODE);
  const nr = view.getUint32(at + OP.NR, true);
  const arg = (i: number) => view.getBigUint64(at + OP.ARGS + 8 * i, true);
  if (code === OP_CODE.LOAD || code === OP_CODE.STORE) {
    const widths = code === OP_CODE.LOAD ? [1, 2, 4, 8] : [4, 8];
    if (!widths.includes(nr)) return REJECT.WIDTH;
    return inside(parts, arg(0), nr) ? 0 : REJECT.RANGE;
  }
  if (code === OP_CODE.ASSERT) return isErrno(arg(2)) ? 0 : REJECT.ERRNO;
  if (code === OP_CODE.FAIL) return isErrno(arg(0)) ? 0 : REJECT.ERRNO;
  if (code === OP_CODE.SPAWN && !inside(parts, arg(0), 88)) return REJECT.RANGE;
  const jumps = code === OP_CODE.SPAWN || code === OP_CODE.BRANCH || code === OP_CODE.GOTO;
  return jumps && nr >= parts.ops ? REJECT.TARGET : 0;
}

function checkOp(parts: Parts, at: number): number {
  const { view } = parts;
  const code = view.getUint8(at + OP.CODE);
  if (code < OP_CODE.SYS || code > OP_CODE.WATCH) return REJECT.CODE;
  const known = code === OP_CODE.SYS ? OP_FLAG.EXPECT : 0;
  if ((view.getUint16(at + OP.FLAGS, true) & ~known) !== 0) return REJECT.FLAGS;
  const dst = view.getUint16(at + OP.DST, true);
  if (dst !== NO_SLOT && dst >= parts.slots) return REJECT.DST;
  const lastRule = view.getUint32(at + OP.RULE, true) + view.getUint16(at + OP.RULES, true);
  if (lastRule > parts.rules) return REJECT.RULES;
  return checkOperands(parts, at) || checkOwn(parts, at);
}

function checkTables(parts: Parts): number {
  const { view } = parts;
  for (let i = 0; i < parts.relocs; i++) {
    const at = parts.relocsAt + RELOC_SIZE * i;
    if (!inside(parts, view.getUint32(at, true), 8)) return REJECT.RELOC;
    if (!inside(parts, view.getUint32(at + 4, true), 0)) return REJECT.RELOC;
  }
  for (let i = 0; i < parts.rules; i++) {
    const at = parts.rulesAt + RULE_SIZE * i;
    if (!isErrno(view.getUint32(at, true))) return REJECT.ERRNO;
    const target = view.getUint32(at + 4, true);
    if (target !== NEXT && target >= parts.ops) return REJECT.TARGET;
  }
  return 0;
}

/** Checks `program` as the interpreter does: 0, or the reason of its rejection. */
export function checkProgram(program: Uint8Array): number {
  const header = checkHeader(program);
  if (header !== 0) return header;
  const parts = partsOf(program);
  const tables = checkTables(parts);
  if (tables !== 0) return tables;
  for (let i = 0; i < parts.ops; i++) {
    const reject = checkOp(parts, parts.opsAt + OP_SIZE * i);
    if (reject !== 0) return reject;
  }
  if (parts.ops === 0) return REJECT.END;
  const last = parts.view.getUint8(parts.opsAt + OP_SIZE * (parts.ops - 1) + OP.CODE);
  return last === OP_CODE.END || last === OP_CODE.GOTO || last === OP_CODE.FAIL ? 0 : REJECT.END;
}
