import type { Call } from "../plan/call.ts";
import { callOf } from "../plan/encode-plan.ts";
import { type Encoded, firstOp, listOf } from "../plan/encoded.ts";
import type { Plan, Step, StepKind } from "../plan/step.ts";
import type { LateOp } from "../state/state-file.ts";
import type { SyscallName } from "../tables/syscalls.ts";

/** The ops of the init list that run after the gate, for the state file. */
export function lateOps(plan: Plan, encoded: Encoded): LateOp[] {
  const first = plan.init.findIndex((step) => step.kind === "gate");
  const ops: LateOp[] = [];
  for (let pc = firstOp(encoded.lists, first); pc < encoded.calls.length; pc++) {
    const owner = plan.init[listOf(encoded.lists, pc)];
    const call = callOf(encoded, plan.init, pc);
    if (owner === undefined || call === undefined) continue;
    if (call.op !== "sys" && call.op !== "assert" && call.op !== "fail") continue;
    const words = call.op === "sys" ? { name: call.name } : { why: call.why };
    ops.push({ pc, kind: owner.kind, from: owner.from, title: owner.title, ...words });
  }
  return ops;
}

/** The step and call behind op `pc`, as far as the state file knows them. */
export function lateStep(ops: readonly LateOp[], pc: number): { step: Step; call: Call } | undefined {
  const op = ops.find((one) => one.pc === pc);
  if (op === undefined) return undefined;
  const call: Call =
    op.name === undefined
      ? { op: "fail", errno: "EINVAL", why: op.why ?? "" }
      : { op: "sys", name: op.name as SyscallName, args: [] };
  return { step: { kind: op.kind as StepKind, from: op.from, title: op.title, calls: [] }, call };
}
