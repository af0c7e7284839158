/** A raw assembler of programs: it writes what it is told, sound or not, and knows nothing of plans. */
import {
  buildId,
  FORMAT_VERSION,
  HEADER,
  HEADER_SIZE,
  MAGIC,
  NO_SLOT,
  OP,
  OP_CODE,
  OP_SIZE,
  OPERAND_KIND,
  RELOC_SIZE,
  RULE_SIZE,
} from "../../src/plan/format.ts";

/** An operand: a number, the value of a slot, or the address of a place in the data. */
export type RawOperand = number | bigint | { slot: number } | { data: number };

export interface RawOp {
  code: keyof typeof OP_CODE;
  /** System call number, width, or target op. */
  nr?: number;
  dst?: number;
  args?: readonly RawOperand[];
  expect?: number | bigint;
  flags?: number;
  /** [errno, target op] */
  rules?: readonly (readonly [number, number])[];
}

export interface RawProgram {
  ops: readonly RawOp[];
  /** Initial values, one for each slot. */
  slots?: readonly (number | bigint)[];
  /** [offset of the pointer, offset that it points to], both in the data. */
  relocs?: readonly (readonly [number, number])[];
  /** Bytes, or that many zero bytes. */
  data?: Uint8Array | number;
  id?: number;
  /** Slot with the fd for error records. */
  report?: number;
}

/** An assembled program and where its parts are, so that tests can damage it. */
export interface Assembled {
  bytes: Uint8Array;
  view: DataView;
  opsAt: number;
  rulesAt: number;
  relocsAt: number;
  dataAt: number;
}

function layOut(program: RawProgram): Assembled {
  const rules = program.ops.reduce((sum, op) => sum + (op.rules?.length ?? 0), 0);
  const data = typeof program.data === "number" ? new Uint8Array(program.data) : program.data;
  const opsAt = HEADER_SIZE + 8 * (program.slots?.length ?? 0);
  const rulesAt = opsAt + OP_SIZE * program.ops.length;
  const relocsAt = rulesAt + RULE_SIZE * rules;
  const dataAt = relocsAt + RELOC_SIZE * (program.relocs?.length ?? 0);
  const bytes = new Uint8Array(dataAt + (data?.length ?? 0));
  if (data !== undefined) bytes.set(data, dataAt);
  const view = new DataView(bytes.buffer);
  const head: [number, number][] = [
    [HEADER.MAGIC, MAGIC],
    [HEADER.VERSION, FORMAT_VERSION],
    [HEADER.LENGTH, bytes.length],
    [HEADER.ID, program.id ?? 0],
    [HEADER.SLOTS, program.slots?.length ?? 0],
    [HEADER.OPS, program.ops.length],
    [HEADER.RULES, rules],
    [HEADER.RELOCS, program.relocs?.length ?? 0],
    [HEADER.DATA, data?.length ?? 0],
    [HEADER.REPORT, program.report === undefined ? 0 : program.report + 1],
  ];
  for (const [at, value] of head) view.setUint32(at, value, true);
  view.setBigUint64(HEADER.BUILD_ID, buildId(), true);
  return { bytes, view, opsAt, rulesAt, relocsAt, dataAt };
}

function operand(raw: RawOperand): [kind: number, value: bigint] {
  if (typeof raw !== "object") return [OPERAND_KIND.IMMEDIATE, BigInt(raw)];
  if ("slot" in raw) return [OPERAND_KIND.SLOT, BigInt(raw.slot)];
  return [OPERAND_KIND.DATA, BigInt(raw.data)];
}

/** Writes `op` at `at`; its rules begin at index `rule`. */
function writeOp(view: DataView, at: number, op: RawOp, rule: number): void {
  view.setUint8(at + OP.CODE, OP_CODE[op.code]);
  view.setUint8(at + OP.NARGS, op.args?.length ?? 0);
  view.setUint16(at + OP.DST, op.dst ?? NO_SLOT, true);
  view.setUint32(at + OP.NR, op.nr ?? 0, true);
  view.setUint32(at + OP.RULE, rule, true);
  view.setUint16(at + OP.RULES, op.rules?.length ?? 0, true);
  view.setUint16(at + OP.FLAGS, op.flags ?? 0, true);
  view.setBigInt64(at + OP.EXPECT, BigInt(op.expect ?? 0), true);
  op.args?.forEach((raw, i) => {
    const [kind, value] = operand(raw);
    view.setUint8(at + OP.KINDS + i, kind);
    view.setBigUint64(at + OP.ARGS + 8 * i, BigInt.asUintN(64, value), true);
  });
}

/** Assembles `program` without looking at its soundness. */
export function assemble(program: RawProgram): Assembled {
  const assembled = layOut(program);
  const { view, opsAt, rulesAt, relocsAt } = assembled;
  program.slots?.forEach((value, i) => {
    view.setBigInt64(HEADER_SIZE + 8 * i, BigInt(value), true);
  });
  let rule = 0;
  program.ops.forEach((op, i) => {
    writeOp(view, opsAt + OP_SIZE * i, op, rule);
    for (const [errno, target] of op.rules ?? []) {
      view.setUint32(rulesAt + RULE_SIZE * rule, errno, true);
      view.setUint32(rulesAt + RULE_SIZE * rule + 4, target, true);
      rule++;
    }
  });
  program.relocs?.forEach(([at, target], i) => {
    view.setUint32(relocsAt + RELOC_SIZE * i, at, true);
    view.setUint32(relocsAt + RELOC_SIZE * i + 4, target, true);
  });
  return assembled;
}
