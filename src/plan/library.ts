import type { Call, Slot } from "./call.ts";

/** The ops and rules of one step inside a library. */
export interface Fragment {
  /** First op, and the one behind the last. */
  start: number;
  end: number;
  /** First rule, and the one behind the last. */
  firstRule: number;
  endRule: number;
}

/**
 * Steps that are encoded already. A program that is linked with a library begins with all of its slots, rules and data
 * in their places, so that the ops of its fragments need no change but of their jumps.
 */
export interface Library {
  /** By the list of calls, which is never changed. */
  readonly fragments: ReadonlyMap<readonly Call[], Fragment>;
  readonly slots: ReadonlyMap<Slot, number>;
  /** By op: the call that it came from. */
  readonly calls: readonly (Call | undefined)[];
  readonly ops: Int32Array;
  /** By op: whether it jumps. */
  readonly jumps: readonly boolean[];
  /** Pairs: errno, target op. */
  readonly rules: readonly number[];
  /** The rules with no targets, as a program has those of fragments that it lacks. */
  readonly idleRules: readonly number[];
  readonly data: Int32Array;
  readonly relocations: readonly number[];
  readonly strings: ReadonlyMap<string, number>;
  readonly buffers: ReadonlyMap<string, { offset: number; size: number }>;
}
