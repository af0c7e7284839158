import type { Step } from "../plan/step.ts";

/** By the name of what makes it and its arguments. */
const steps = new Map<string, Step>();
let remembering = false;

/**
 * The step that `make` makes of `args`: one that was made before, with remembering on, or a new one. `make` must depend
 * on nothing but its arguments, which are values of JSON; `name` tells it from others.
 */
export function remembered<A extends readonly unknown[]>(
  name: string,
  make: (...args: A) => Step,
  ...args: A
): Step {
  if (steps.size === 0 && !remembering) return make(...args);
  const key = name + JSON.stringify(args);
  let step = steps.get(key);
  if (step === undefined) {
    step = make(...args);
    if (remembering) steps.set(key, step);
  }
  return step;
}

/** Remembers the steps that are made while `work` runs, and gives all that are remembered. */
export function remember(work: () => void): Step[] {
  remembering = true;
  try {
    work();
  } finally {
    remembering = false;
  }
  return [...steps.values()];
}
