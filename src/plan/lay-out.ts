import type { Slot } from "./call.ts";
import type { DataSection } from "./data-section.ts";
import {
  buildId,
  FORMAT_VERSION,
  HEADER,
  HEADER_SIZE,
  MAGIC,
  OP_SIZE,
  RELOC_SIZE,
  RULE_SIZE,
} from "./format.ts";
import type { OpSection } from "./op-section.ts";

/** Everything that goes into a program's bytes. */
export interface Draft {
  ops: OpSection;
  data: DataSection;
  slots: ReadonlyMap<Slot, number>;
  known: ReadonlyMap<Slot, number>;
  id: number;
  /** Slot of the fd for error records, plus one; 0 = none. */
  report: number;
}

const BUILD_ID = buildId();
const BUILD_ID_LOW = Number(BigInt.asIntN(32, BUILD_ID));
const BUILD_ID_HIGH = Number(BigInt.asIntN(32, BUILD_ID >> 32n));

/** What a header says besides what is the same in all: counts, and bytes of data. */
export interface HeaderFields {
  id: number;
  slots: number;
  ops: number;
  rules: number;
  relocations: number;
  data: number;
  report: number;
}

/** Writes the header of the program that is as long as `words`. */
export function putHeader(words: Int32Array, fields: HeaderFields): void {
  words[HEADER.MAGIC / 4] = MAGIC;
  words[HEADER.VERSION / 4] = FORMAT_VERSION;
  words[HEADER.BUILD_ID / 4] = BUILD_ID_LOW;
  words[HEADER.BUILD_ID / 4 + 1] = BUILD_ID_HIGH;
  words[HEADER.LENGTH / 4] = words.byteLength;
  words[HEADER.ID / 4] = fields.id;
  words[HEADER.SLOTS / 4] = fields.slots;
  words[HEADER.OPS / 4] = fields.ops;
  words[HEADER.RULES / 4] = fields.rules;
  words[HEADER.RELOCS / 4] = fields.relocations;
  words[HEADER.DATA / 4] = fields.data;
  words[HEADER.FAIL_PC / 4] = -1;
  words[HEADER.REPORT / 4] = fields.report;
}

/** Values that are known already; -1 for the others. */
function writeSlots(words: Int32Array, draft: Draft): void {
  let index = 0;
  for (const name of draft.slots.keys()) putSlot(words, index++, draft.known.get(name) ?? -1);
}

/** Writes the value that a slot begins with. */
export function putSlot(words: Int32Array, index: number, value: number): void {
  const at = HEADER_SIZE / 4 + 2 * index;
  words[at] = value;
  words[at + 1] = Math.floor(value / 4294967296);
}

/** Lays the parts of a program out as format.ts says. */
export function layOutProgram(draft: Draft): Int32Array {
  const { ops, data } = draft;
  const opsAt = HEADER_SIZE + 8 * draft.slots.size;
  const rulesAt = opsAt + OP_SIZE * ops.count;
  const relocsAt = rulesAt + (RULE_SIZE * ops.rules.length) / 2;
  const dataAt = relocsAt + (RELOC_SIZE * data.relocations.length) / 2;
  const words = new Int32Array((dataAt + data.length) / 4);
  putHeader(words, {
    id: draft.id,
    slots: draft.slots.size,
    ops: ops.count,
    rules: ops.rules.length / 2,
    relocations: data.relocations.length / 2,
    data: data.length,
    report: draft.report,
  });
  writeSlots(words, draft);
  words.set(ops.content, opsAt / 4);
  if (ops.rules.length > 0) words.set(ops.rules, rulesAt / 4);
  if (data.relocations.length > 0) words.set(data.relocations, relocsAt / 4);
  if (data.length > 0) words.set(data.content, dataAt / 4);
  return words;
}
