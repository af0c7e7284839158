import type { Step } from "../plan/step.ts";

/** A step but for the field that it comes from. */
export type StepBody = Omit<Step, "from">;

/** By the name of what makes it and its arguments. */
let bodies: ReadonlyMap<string, StepBody> = new Map();
/** Where new ones are noted; undefined outside of `remember`. */
let notes: Map<string, StepBody> | undefined;

/**
 * The step that `make` makes of `args`, for the field `from`: a remembered one, or a new one. `make` must depend on
 * nothing but its arguments, which are values of JSON; `name` tells it from others.
 */
export function remembered<A extends readonly unknown[]>(
  from: string,
  name: string,
  make: (...args: A) => StepBody,
  ...args: A
): Step {
  return { ...bodyOf(name, make, args), from };
}

function bodyOf<A extends readonly unknown[]>(
  name: string,
  make: (...args: A) => StepBody,
  args: A,
): StepBody {
  if (bodies.size === 0 && notes === undefined) return make(...args);
  const key = name + JSON.stringify(args);
  const known = bodies.get(key) ?? notes?.get(key);
  if (known !== undefined) return known;
  const body = make(...args);
  notes?.set(key, body);
  return body;
}

/** What can be remembered of the steps that are made while `work` runs. */
export function remember(work: () => void): ReadonlyMap<string, StepBody> {
  notes = new Map();
  try {
    work();
    return notes;
  } finally {
    notes = undefined;
  }
}

/** From now on `known` is what is remembered. */
export function adoptRemembered(known: ReadonlyMap<string, StepBody>): void {
  bodies = known;
}
