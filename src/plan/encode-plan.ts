import type { Call } from "./call.ts";
import { type Encoded, type EncodeOptions, firstOp, listOf } from "./encoded.ts";
import { Encoder } from "./encoder.ts";
import type { CallList, Fragment, Library } from "./library.ts";

const encoder = new Encoder();

/**
 * Encodes lists of calls (one per step) into one program for the C interpreter.
 * Throws PLAN_BROKEN for a plan that names unknown labels, errnos or buffers.
 */
export function encodeProgram(lists: readonly CallList[], options: EncodeOptions): Encoded {
  return encoder.encode(lists, options);
}

/**
 * Encodes lists of calls without children once and for all, for programs that have some of them; where a string operand
 * is a hole(), such a program has a text of its own.
 */
export function encodeLibrary(
  lists: readonly (readonly Call[])[],
  arch: EncodeOptions["arch"],
): { library: Library; fragments: Fragment[] } {
  return encoder.encodeLibrary(lists, arch);
}

/** The call that op `pc` came from; `lists` are those that were encoded. Undefined for the end and outside. */
export function callOf(encoded: Encoded, lists: readonly CallList[], pc: number): Call | undefined {
  const known = encoded.calls[pc];
  const index = listOf(encoded.lists, pc);
  const list = lists[index];
  if (known !== undefined || list?.fragment === undefined) return known;
  const options = { arch: "x86_64", id: 0, known: new Map(), shareMemory: false } as const;
  return encodeProgram([{ calls: list.calls }], options).calls[pc - firstOp(encoded.lists, index)];
}
