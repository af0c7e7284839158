import { putInt64 } from "../bytes/int64.ts";
import type { Slot } from "./call.ts";
import type { DataSection } from "./data-section.ts";
import {
  buildId,
  FORMAT_VERSION,
  HEADER,
  HEADER_SIZE,
  MAGIC,
  NEXT,
  OP,
  OP_SIZE,
  RELOC_SIZE,
  RULE_SIZE,
} from "./format.ts";

/** An op before its labels have numbers. */
export interface DraftOp {
  code: number;
  dst: number;
  nr: number;
  /** Label that takes the place of `nr`. */
  target: string | undefined;
  expect: number | bigint;
  flags: number;
  kinds: number[];
  args: (number | bigint)[];
  rules: { errno: number; target: string | undefined }[];
}

/** Everything that goes into a program's bytes. */
export interface Draft {
  ops: readonly DraftOp[];
  slots: ReadonlyMap<Slot, number>;
  data: DataSection;
  known: ReadonlyMap<Slot, number>;
  id: number;
  /** Slot of the fd for error records, plus one; 0 = none. */
  report: number;
  /** The op index of a label. */
  resolve(label: string): number;
}

function writeHeader(view: DataView, draft: Draft, rules: number): void {
  const fields: readonly (readonly [number, number])[] = [
    [HEADER.MAGIC, MAGIC],
    [HEADER.VERSION, FORMAT_VERSION],
    [HEADER.LENGTH, view.byteLength],
    [HEADER.ID, draft.id],
    [HEADER.SLOTS, draft.slots.size],
    [HEADER.OPS, draft.ops.length],
    [HEADER.RULES, rules],
    [HEADER.RELOCS, draft.data.relocations.length],
    [HEADER.DATA, draft.data.content.length],
    [HEADER.FAIL_PC, 0xffffffff],
    [HEADER.REPORT, draft.report],
  ];
  for (const [at, value] of fields) view.setUint32(at, value, true);
  view.setBigUint64(HEADER.BUILD_ID, BUILD_ID, true);
}

const BUILD_ID = buildId();

function writeOp(view: DataView, at: number, op: DraftOp, rule: number, resolve: Draft["resolve"]): void {
  view.setUint8(at + OP.CODE, op.code);
  view.setUint8(at + OP.NARGS, op.args.length);
  view.setUint16(at + OP.DST, op.dst, true);
  view.setUint32(at + OP.NR, op.target === undefined ? op.nr : resolve(op.target), true);
  view.setUint32(at + OP.RULE, rule, true);
  view.setUint16(at + OP.RULES, op.rules.length, true);
  view.setUint16(at + OP.FLAGS, op.flags, true);
  op.kinds.forEach((kind, k) => {
    view.setUint8(at + OP.KINDS + k, kind);
  });
  putInt64(view, at + OP.EXPECT, op.expect);
  op.args.forEach((arg, k) => {
    putInt64(view, at + OP.ARGS + 8 * k, arg);
  });
}

/** Lays the parts of a program out as format.ts says. */
export function layOutProgram(draft: Draft): Uint8Array {
  const { ops, slots, data, known, resolve } = draft;
  const rules = ops.reduce((sum, op) => sum + op.rules.length, 0);
  const opsAt = HEADER_SIZE + 8 * slots.size;
  const rulesAt = opsAt + OP_SIZE * ops.length;
  const relocsAt = rulesAt + RULE_SIZE * rules;
  const dataAt = relocsAt + RELOC_SIZE * data.relocations.length;
  const bytes = new Uint8Array(dataAt + data.content.length);
  const view = new DataView(bytes.buffer);
  writeHeader(view, draft, rules);
  for (const [name, index] of slots) putInt64(view, HEADER_SIZE + 8 * index, known.get(name) ?? -1);
  let rule = 0;
  ops.forEach((op, i) => {
    writeOp(view, opsAt + OP_SIZE * i, op, rule, resolve);
    for (const { errno, target } of op.rules) {
      const at = rulesAt + RULE_SIZE * rule++;
      view.setUint32(at, errno, true);
      view.setUint32(at + 4, target === undefined ? NEXT : resolve(target), true);
    }
  });
  data.relocations.forEach((relocation, i) => {
    view.setUint32(relocsAt + RELOC_SIZE * i, relocation.at, true);
    view.setUint32(relocsAt + RELOC_SIZE * i + 4, relocation.target, true);
  });
  bytes.set(data.content, dataAt);
  return bytes;
}
