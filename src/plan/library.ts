import type { Call, Slot } from "./call.ts";

/** The ops of one list of calls inside a library; ops are counted from the first of them. */
export interface Fragment {
  /** First op, and the one behind the last. */
  start: number;
  end: number;
  /** Ops that jump. */
  jumps: readonly number[];
  /** Ops that have rules. */
  ruled: readonly number[];
  /** Pairs: errno, target op or NEXT. */
  rules: readonly number[];
  /** Texts with holes, and the words of the ops that become the place of each. */
  texts: readonly { text: string; words: readonly number[] }[];
  /** Pairs: a word of the ops that becomes the number of a slot, and which text is its name. */
  slots: readonly number[];
}

/**
 * Lists of calls that are encoded already. A program that is linked with a library begins with all of its slots and data
 * in their places, so that the ops of a fragment need no change but of their jumps and texts.
 */
export interface Library {
  readonly slots: ReadonlyMap<Slot, number>;
  readonly ops: Int32Array;
  readonly data: Int32Array;
  readonly relocations: readonly number[];
  readonly strings: ReadonlyMap<string, number>;
  readonly buffers: ReadonlyMap<string, { offset: number; size: number }>;
}

/** Calls to be encoded: with their place in the library, if they are there, they are made only when they are looked at. */
export interface CallList {
  readonly calls: readonly Call[];
  readonly fragment?: Fragment | undefined;
  /** What stands in the holes of the fragment. */
  readonly texts?: readonly string[] | undefined;
}

/** How many texts a fragment may have. */
export const MOST_TEXTS = 64;
const FIRST_LETTER = 48;

/**
 * What stands in the calls of a library for text number `index`: in a string operand, as a whole or in part, or as the
 * name of a slot. No other string holds a NUL.
 */
export function hole(index: number): string {
  return `\0${String.fromCharCode(FIRST_LETTER + index)}`;
}

/** Which text `text` stands for as a whole; -1 when it is no hole. */
export function holeIndex(text: string): number {
  return text.length === 2 && text.charCodeAt(0) === 0 ? text.charCodeAt(1) - FIRST_LETTER : -1;
}

/** `text` with what stands in its holes. */
export function fillHoles(text: string, texts: readonly string[]): string {
  const only = holeIndex(text);
  if (only >= 0) return texts[only] ?? "";
  const [first = "", ...rest] = text.split("\0");
  return (
    first + rest.map((part) => `${texts[part.charCodeAt(0) - FIRST_LETTER] ?? ""}${part.slice(1)}`).join("")
  );
}
