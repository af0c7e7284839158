import type { CgroupEvents } from "../cgroup/manager.ts";
import { type Carried, carryLists, slotValue } from "../host/carry.ts";
import type { Slot } from "../plan/call.ts";
import type { Encoded } from "../plan/encoded.ts";
import type { Plan, Step, StepKind } from "../plan/step.ts";
import type { Runtime } from "./context.ts";
import { OpenFds } from "./open-fds.ts";
import { precompiledSteps } from "./precompile.ts";
import { stepError } from "./step-error.ts";

/** What a kind of step needs beyond its calls; runs after them. That of "hook" carries them out itself. */
export type StepHandler = (execution: Execution, step: Step) => void;
export type StepHandlers = Readonly<Partial<Record<StepKind, StepHandler>>>;

/** One carrying-out of a plan's host list, and all that it holds while it lasts. */
export interface Execution {
  rt: Runtime;
  plan: Plan;
  /** Values that finished steps left behind. */
  slots: Map<Slot, number>;
  /** The encoded init list, once made; turns op numbers of error records into steps. */
  init: Encoded | undefined;
  /** The spawn step as it was carried out; its child reports op numbers of this program. */
  spawned: { step: Step; carried: Carried } | undefined;
  /** The last step's program: a child spawned by it works in its memory until execve. */
  retained: Carried | undefined;
  /** Tells why the kernel may have ended init; undefined before the cgroup exists. */
  deathEvents: (() => CgroupEvents) | undefined;
  /** What the host list holds open. */
  fds: OpenFds;
  /** Output of hooks that ran inside the container, bounded. */
  hookOutput: string;
}

/** A new execution that knows `slots` already. */
export function newExecution(rt: Runtime, plan: Plan, slots: Iterable<readonly [Slot, number]>): Execution {
  return {
    rt,
    plan,
    slots: new Map(slots),
    init: undefined,
    spawned: undefined,
    retained: undefined,
    deathEvents: undefined,
    fds: new OpenFds(),
    hookOutput: "",
  };
}

/**
 * Carries out the calls of steps, as one program; their slots become known. Throws the error of the step that fails; those
 * behind it are not carried out then.
 */
export function carrySteps(execution: Execution, steps: readonly Step[]): void {
  if (steps.every((step) => step.fragment === undefined && step.calls.length === 0)) return;
  const library = steps.some((step) => step.fragment !== undefined) ? precompiledSteps()?.host : undefined;
  const carried = carryLists(execution.rt.host, steps, {
    known: execution.slots,
    report: "sync.fd",
    library,
  });
  const { failure, reached } = carried;
  for (const name of carried.encoded.slots.keys()) {
    const value = slotValue(carried, name);
    // -1 is what no call has set; the library has slots of other programs, too.
    if (value !== -1) execution.slots.set(name, value);
  }
  for (let i = 0; i <= reached; i++) {
    const step = steps[i] as Step;
    // Steps may share a call, and it failed in one of them only.
    execution.fds.note(step, i === reached ? failure?.call : undefined, execution.slots);
    if (step.kind === "spawn") execution.spawned = { step, carried };
  }
  execution.retained = carried;
  if (failure !== undefined) throw stepError(steps[reached] as Step, failure);
}

/**
 * Carries out the host list in order. Steps that need nothing but their calls are one program with those before and behind
 * them. Throws the RuntError of the first step that fails.
 */
export function runHostSteps(execution: Execution, handlers: StepHandlers): void {
  let pending: Step[] = [];
  for (const step of execution.plan.host) {
    const handler = step.sync?.side === "release" ? undefined : handlers[step.kind];
    if (handler === undefined) {
      pending.push(step);
      continue;
    }
    carrySteps(execution, pending);
    pending = [];
    if (step.kind !== "hook") carrySteps(execution, [step]);
    handler(execution, step);
  }
  carrySteps(execution, pending);
}

/** Closes the descriptor in a slot, if it is open. */
export function closeSlot(execution: Execution, name: Slot | undefined): void {
  if (name === undefined || !execution.fds.forget(name)) return;
  const fd = execution.slots.get(name) ?? -1;
  if (fd >= 0) execution.rt.sys.close(fd);
  execution.slots.delete(name);
}

/** Closes what the host list still holds, but for the slots in `kept`; neighbours go in one call. */
export function closeFds(execution: Execution, kept: readonly Slot[]): void {
  const fds: number[] = [];
  for (const name of execution.fds.take(kept)) {
    const fd = execution.slots.get(name) ?? -1;
    execution.slots.delete(name);
    if (fd >= 0) fds.push(fd);
  }
  fds.sort((a, b) => a - b);
  for (let i = 0; i < fds.length; ) {
    const first = i++;
    while (i < fds.length && fds[i] === (fds[i - 1] as number) + 1) i++;
    execution.rt.sys.call("close_range", [fds[first] as number, fds[i - 1] as number, 0]);
  }
}

/** The value of a slot that must be known by now. */
export function slotOf(execution: Execution, name: Slot): number {
  const value = execution.slots.get(name);
  if (value === undefined) throw new Error(`slot ${name} is not known yet`);
  return value;
}
