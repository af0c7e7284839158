import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";

/** System calls whose result is a file descriptor. */
const OPENING: ReadonlySet<string> = new Set([
  "openat2",
  "open_tree",
  "fsopen",
  "fsmount",
  "socket",
  "accept4",
  "memfd_create",
  "pidfd_open",
  "bpf",
]);
/** System calls that leave descriptors in a buffer. */
const OPENING_PAIRS: ReadonlySet<string> = new Set(["pipe2", "socketpair"]);

/**
 * The descriptors that a plan's host list has opened and not closed yet, by slot. What is left at the end is closed,
 * however the list ended, so that a program that uses runt as a library keeps none.
 */
export class OpenFds {
  private readonly slots = new Set<Slot>();

  /** Takes note of a step that was carried out; its calls after `failed` were not. */
  note(step: Step, failed: Call | undefined, known: Map<Slot, number>): void {
    if (failed === undefined && step.opens !== undefined) {
      for (const name of step.opens) this.slots.add(name);
      return;
    }
    for (const call of step.calls) {
      if (call === failed) return;
      for (const name of opened(call)) this.slots.add(name);
      const closed = closedBy(call);
      if (closed === undefined) continue;
      this.slots.delete(closed);
      known.delete(closed);
    }
  }

  /** A descriptor that a handler opened itself. */
  add(name: Slot): void {
    this.slots.add(name);
  }

  /** Takes a slot off the list; false when it is not on it. */
  forget(name: Slot): boolean {
    return this.slots.delete(name);
  }

  /** The slots of all descriptors that are open, but for those in `kept`; they are the caller's to close. */
  take(kept: readonly Slot[]): Slot[] {
    const taken = [...this.slots].filter((name) => !kept.includes(name));
    for (const name of taken) this.slots.delete(name);
    return taken;
  }
}

/** The slots of the descriptors that `calls` leave open. */
export function leftOpen(calls: readonly Call[]): Slot[] {
  const open = new Set<Slot>();
  for (const call of calls) {
    for (const name of opened(call)) open.add(name);
    const closed = closedBy(call);
    if (closed !== undefined) open.delete(closed);
  }
  return [...open];
}

function closedBy(call: Call): Slot | undefined {
  const [closed] = call.op === "sys" && call.name === "close" ? call.args : [];
  return typeof closed === "object" && "slot" in closed ? closed.slot : undefined;
}

function opened(call: Call): Slot[] {
  if (call.op === "spawn") return call.pidfd === undefined ? [] : [call.pidfd];
  if (call.op !== "sys") return [];
  if (OPENING_PAIRS.has(call.name)) return (call.load ?? []).map((one) => one.into);
  return OPENING.has(call.name) && call.into !== undefined ? [call.into] : [];
}
