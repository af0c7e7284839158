import type { Step } from "../plan/step.ts";

/** By the name of what makes it and its arguments. */
let steps: ReadonlyMap<string, Step> = new Map();
/** Where new steps are noted; undefined outside of `remember`. */
let notes: Map<string, Step> | undefined;

/**
 * The step that `make` makes of `args`: a remembered one, or a new one. `make` must depend on nothing but its arguments,
 * which are values of JSON; `name` tells it from others.
 */
export function remembered<A extends readonly unknown[]>(
  name: string,
  make: (...args: A) => Step,
  ...args: A
): Step {
  if (steps.size === 0 && notes === undefined) return make(...args);
  const key = name + JSON.stringify(args);
  const known = steps.get(key) ?? notes?.get(key);
  if (known !== undefined) return known;
  const step = make(...args);
  notes?.set(key, step);
  return step;
}

/** The steps that can be remembered of those that are made while `work` runs. */
export function remember(work: () => void): ReadonlyMap<string, Step> {
  notes = new Map();
  try {
    work();
    return notes;
  } finally {
    notes = undefined;
  }
}

/** From now on `known` is what is remembered. */
export function adoptRemembered(known: ReadonlyMap<string, Step>): void {
  steps = known;
}
