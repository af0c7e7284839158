import type { Call, Slot } from "./call.ts";
import type { PutText } from "./data-section.ts";
import { Encoder } from "./encoder.ts";
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
  /** By op: the step that it came from. */
  steps: readonly number[];
  /** By op: the call that it came from; undefined for the end. */
  calls: readonly (Call | undefined)[];
}

const encoder = new Encoder();

/**
 * Encodes lists of calls (one per step) into one program for the C interpreter.
 * Throws PLAN_BROKEN for a plan that names unknown labels, errnos or buffers.
 */
export function encodeProgram(steps: readonly { calls: readonly Call[] }[], options: EncodeOptions): Encoded {
  return encoder.encode(steps, options);
}

/** Encodes steps without children once and for all, for programs that have some of them. */
export function encodeLibrary(
  steps: readonly { calls: readonly Call[] }[],
  arch: EncodeOptions["arch"],
): Library {
  return encoder.encodeLibrary(steps, arch);
}
