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
  /** Pairs: a word of the ops that becomes the place of a text, and which text. */
  holes: readonly number[];
  /** The same for words that become the number of the slot with that name. */
  slotHoles: readonly number[];
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
 * In calls for a library, the string operand or slot that text number `index` takes the place of. No other string holds a
 * NUL.
 */
export function hole(index: number): string {
  return `\0${String.fromCharCode(FIRST_LETTER + index)}`;
}

/** Which text takes the place of `text`; -1 when it is no hole. */
export function holeIndex(text: string): number {
  return text.length === 2 && text.charCodeAt(0) === 0 ? text.charCodeAt(1) - FIRST_LETTER : -1;
}

/** `text` with what stands in its holes. */
export function fillHoles(text: string, texts: readonly string[]): string {
  const [first = "", ...rest] = text.split("\0");
  return (
    first + rest.map((part) => `${texts[part.charCodeAt(0) - FIRST_LETTER] ?? ""}${part.slice(1)}`).join("")
  );
}
