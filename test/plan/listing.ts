/** A program as text that does not depend on where its parts lie. */
import { getInt64 } from "../../src/bytes/int64.ts";
import type { Encoded } from "../../src/plan/encoded.ts";
import { NEXT, NO_SLOT, OP, OP_CODE, OP_SIZE, OPERAND_KIND } from "../../src/plan/format.ts";
import { partsOf } from "../host-contract/fake-check.ts";

const JUMPS: readonly number[] = [OP_CODE.GOTO, OP_CODE.BRANCH, OP_CODE.SPAWN];
/** Bytes of data that are compared: the beginning, for blocks may lie beside anything. */
const SHOWN = 8;

/** One line for each op: slots by name, jumps by distance, data by content, addresses by what they point to. */
export function listing(encoded: Encoded): string[] {
  const { view, ops, opsAt, rulesAt, relocs, relocsAt, dataAt } = partsOf(encoded.bytes);
  const names = [...encoded.slots.keys()];
  const pointers = new Map<number, number>();
  for (let i = 0; i < relocs; i++) {
    pointers.set(view.getUint32(relocsAt + 8 * i, true), view.getUint32(relocsAt + 8 * i + 4, true));
  }
  const data = (at: number): string => {
    const target = pointers.get(at);
    if (target !== undefined) return `&${data(target)}`;
    return Buffer.from(encoded.bytes.subarray(dataAt + at, dataAt + at + SHOWN)).toString("hex");
  };
  return Array.from({ length: ops }, (_, i) => {
    const at = opsAt + OP_SIZE * i;
    const code = view.getUint8(at + OP.CODE);
    const nr = view.getUint32(at + OP.NR, true);
    const dst = view.getUint16(at + OP.DST, true);
    const args = Array.from({ length: view.getUint8(at + OP.NARGS) }, (_arg, k) => {
      const value = getInt64(view, at + OP.ARGS + 8 * k);
      const kind = view.getUint8(at + OP.KINDS + k);
      if (kind === OPERAND_KIND.SLOT) return `$${names[value]}`;
      if (kind === OPERAND_KIND.DATA) return data(value);
      const isOffset = (code === OP_CODE.LOAD || code === OP_CODE.STORE) && k === 0;
      return isOffset ? "offset" : String(value);
    });
    const first = view.getUint32(at + OP.RULE, true);
    const rules = Array.from({ length: view.getUint16(at + OP.RULES, true) }, (_rule, k) => {
      const rule = rulesAt + 8 * (first + k);
      const target = view.getUint32(rule + 4, true);
      return `${view.getUint32(rule, true)}:${target === NEXT ? "next" : target - i}`;
    });
    const to = dst === NO_SLOT ? "" : `$${names[dst]} = `;
    const number = JUMPS.includes(code) ? nr - i : nr;
    const expect = getInt64(view, at + OP.EXPECT);
    return `${to}${code} ${number} (${args.join(", ")}) ${expect} ${view.getUint16(at + OP.FLAGS, true)} [${rules}]`;
  });
}
