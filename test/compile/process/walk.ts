/** Carries out the calls of a step on paper: a test says what each system call answers. */
import type { Call, SysCall } from "../../../src/plan/call.ts";
import { ERRNO_NUMBERS } from "../../../src/tables/errnos.ts";

/** What a system call gives: a result, an errno's name, or a result with the values that its loads read. */
export type Answer = number | string | { result?: number; loads: Record<string, number> };

export interface Walk {
  /** The system calls that were made, in order. */
  made: SysCall[];
  /** What stopped the step. */
  failed: { errno: string; why: string } | undefined;
  /** Values of slots; an operand that is no number is kept as it is. */
  slots: Map<string, unknown>;
}

/** Follows `calls` from the first to the end, a failure, or a call that does not return (execve, exit_group). */
export function walk(
  calls: readonly Call[],
  answer: (call: SysCall) => Answer,
  known: Iterable<readonly [string, number]> = [],
): Walk {
  const result: Walk = { made: [], failed: undefined, slots: new Map<string, unknown>(known) };
  const labels = new Map(calls.flatMap((call, i) => (call.op === "label" ? [[call.name, i] as const] : [])));
  const target = (name: string): number => {
    const at = labels.get(name);
    if (at === undefined) throw new Error(`no label ${name}`);
    return at;
  };
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i] as Call;
    const holds = (test: { slot: string; mask?: number | bigint | undefined; equals: number | bigint }) =>
      (BigInt(result.slots.get(test.slot) as number) & BigInt(test.mask ?? -1)) === BigInt(test.equals);
    if (call.op === "goto") i = target(call.to);
    else if (call.op === "branch" && holds(call)) i = target(call.to);
    else if (call.op === "set") result.slots.set(call.slot, call.value);
    else if (call.op === "fail" || (call.op === "assert" && !holds(call))) {
      result.failed = { errno: call.errno, why: call.why };
      return result;
    } else if (call.op === "sys") {
      result.made.push(call);
      const to = settle(call, answer(call), result);
      if (result.failed !== undefined || call.name === "exit_group") return result;
      if (to !== undefined) i = target(to);
    }
  }
  return result;
}

/** Takes an answer in; gives the label to go on at. */
function settle(call: SysCall, answer: Answer, result: Walk): string | undefined {
  if (typeof answer === "string") {
    const rule = call.tolerate?.find((one) => one.errno === answer);
    if (rule === undefined) result.failed = { errno: answer, why: "" };
    else if (call.into !== undefined)
      result.slots.set(call.into, -ERRNO_NUMBERS[answer as keyof typeof ERRNO_NUMBERS]);
    return rule?.to;
  }
  const value = typeof answer === "number" ? answer : (answer.result ?? 0);
  if (call.expect !== undefined && call.expect !== value) result.failed = { errno: "EIO", why: "" };
  if (call.into !== undefined) result.slots.set(call.into, value);
  for (const load of call.load ?? []) {
    const loads = typeof answer === "number" ? {} : answer.loads;
    result.slots.set(load.into, loads[load.into] ?? 0);
  }
  return undefined;
}
