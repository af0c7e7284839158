import type { Call, Slot } from "./call.ts";
import type { PutText } from "./data-section.ts";
import type { Library } from "./library.ts";

/** What the encoder has to know besides the calls. */
export interface EncodeOptions {
  arch: "x86_64" | "aarch64";
  /** Copied into error records, so that they can be told apart. */
  id: number;
  /** Slots whose values are known already (fds of earlier steps). */
  known: ReadonlyMap<Slot, number>;
  /** Slot with the fd that receives error records. */
  report?: Slot | undefined;
  /** True for programs that the runtime itself carries out: a spawned child shares its memory until execve. */
  shareMemory: boolean;
  /** A host's own way of writing text, which is faster than this one in ECMAScript. */
  putText?: PutText | undefined;
  /** Steps that are encoded already; those of this plan are copied from there. */
  library?: Library | undefined;
}

/** An encoded program and the way back from its numbers to names. */
export interface Encoded {
  bytes: Uint8Array;
  /** The same memory as 32-bit words. */
  words: Int32Array;
  slots: ReadonlyMap<Slot, number>;
  buffers: ReadonlyMap<string, { offset: number; size: number }>;
  /** Offset of the data part in `bytes`. */
  dataOffset: number;
  /** Pairs, ascending: the first op of a list of calls, and the list's index. A child's list is that of its spawn. */
  lists: readonly number[];
  /** By op: the call that it came from; undefined for the end and for what came out of the library. */
  calls: readonly (Call | undefined)[];
}

/** Index of the list that op `pc` came from, given Encoded.lists. */
export function listOf(lists: readonly number[], pc: number): number {
  let at = lists.length - 2;
  while (at > 0 && (lists[at] as number) > pc) at -= 2;
  return lists[at + 1] ?? 0;
}

/** The first op of list number `index`, given Encoded.lists. */
export function firstOp(lists: readonly number[], index: number): number {
  for (let at = 0; at < lists.length; at += 2) if (lists[at + 1] === index) return lists[at] as number;
  return 0;
}
