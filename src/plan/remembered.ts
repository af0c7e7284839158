import type { Call, Slot } from "./call.ts";
import { type Fragment, fillHoles, hole, MOST_TEXTS } from "./library.ts";
import type { Step } from "./step.ts";

/** A step but for the field that it comes from. */
export type StepBody = Pick<Step, "kind" | "title" | "calls" | "sync">;

/** What is kept of a step whose calls are in the library; its title may have holes, too. */
export interface KnownStep extends Omit<StepBody, "calls"> {
  fragment: Fragment;
  /** May be holes. */
  opens: readonly Slot[];
}

/** By the name of what makes it and its arguments. */
let knownSteps: ReadonlyMap<string, KnownStep> = new Map();
/** Where new ones are noted; undefined outside of `remember`. */
let notes: Map<string, StepBody> | undefined;

/** Makes a step of values of JSON and, as the last argument, of texts. */
type Make = (...args: readonly unknown[]) => StepBody;

/** A step of the library: its title and calls are made for those who look at them, which is seldom. */
class LibraryStep implements Step {
  readonly kind: Step["kind"];
  readonly from: string;
  readonly sync: Step["sync"];
  readonly fragment: Fragment;
  readonly texts: readonly string[];
  private readonly heading: string;
  private readonly left: readonly Slot[];
  private readonly make: Make;
  private readonly args: readonly unknown[];
  private made: readonly Call[] | undefined;

  constructor(
    from: string,
    known: KnownStep,
    make: Make,
    args: readonly unknown[],
    texts: readonly string[],
  ) {
    this.kind = known.kind;
    this.from = from;
    this.sync = known.sync;
    this.fragment = known.fragment;
    this.texts = texts;
    this.heading = known.title;
    this.left = known.opens;
    this.make = make;
    this.args = args;
    this.made = undefined;
  }

  get opens(): readonly Slot[] {
    return this.left.map((name) => fillHoles(name, this.texts));
  }

  get title(): string {
    return fillHoles(this.heading, this.texts);
  }

  get calls(): readonly Call[] {
    this.made ??= this.make(...this.args, this.texts).calls;
    return this.made;
  }

  /** For planToJson: what other steps have. */
  toJSON(): Step {
    const { kind, title, calls, sync, from } = this;
    return { kind, title, calls, sync, from };
  }
}

const NO_TEXTS: readonly string[] = [];

/**
 * The step that `make` makes of `args`, for the field `from`: a known one, or a new one. `make` must depend on nothing
 * but its arguments, which are values of JSON; `name` tells it from others.
 */
export function remembered<A extends readonly unknown[]>(
  from: string,
  name: string,
  make: (...args: A) => StepBody,
  ...args: A
): Step {
  return stepOf(from, name, make as unknown as Make, args, NO_TEXTS);
}

/**
 * The same for steps that differ in some texts, the last argument of `make`: it uses them only in string
 * operands, as names of slots, in the title, and in what a person reads, and never looks into them.
 */
export function patterned<A extends readonly unknown[]>(
  from: string,
  name: string,
  texts: readonly string[],
  make: (...args: [...A, readonly string[]]) => StepBody,
  ...args: A
): Step {
  return stepOf(from, name, make as unknown as Make, args, texts);
}

function stepOf(
  from: string,
  name: string,
  make: Make,
  args: readonly unknown[],
  texts: readonly string[],
): Step {
  if ((knownSteps.size === 0 && notes === undefined) || texts.length > MOST_TEXTS)
    return { ...make(...args, texts), from };
  const key = name + JSON.stringify(args);
  const known = knownSteps.get(key);
  if (known !== undefined) return new LibraryStep(from, known, make, args, texts);
  if (notes !== undefined && !notes.has(key)) {
    notes.set(
      key,
      make(
        ...args,
        texts.map((_, i) => hole(i)),
      ),
    );
  }
  return { ...make(...args, texts), from };
}

/** What can be remembered of the steps that are made while `work` runs; texts of patterned ones are holes. */
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
export function adoptRemembered(known: ReadonlyMap<string, KnownStep>): void {
  knownSteps = known;
}
