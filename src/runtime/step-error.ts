import type { ErrorCode } from "../error/codes.ts";
import { RuntError } from "../error/runt-error.ts";
import type { CallFailure } from "../host/carry.ts";
import { callLine } from "../plan/print-call.ts";
import type { Step, StepKind } from "../plan/step.ts";
import { fieldOf } from "../spec/pointer.ts";
import { errnoText } from "../tables/errnos.ts";
import { stepHint } from "./step-hints.ts";

const CODES: Readonly<Partial<Record<StepKind, ErrorCode>>> = {
  cgroup: "CGROUP",
  limit: "CGROUP",
  hook: "HOOK_FAILED",
  terminal: "CONSOLE",
};

function codeOf(step: Step, errno: string): ErrorCode {
  if (step.kind !== "exec") return CODES[step.kind] ?? "STEP_FAILED";
  return errno === "ENOENT" || errno === "ENOTDIR" ? "EXEC_NOT_FOUND" : "EXEC_NOT_EXECUTABLE";
}

/**
 * The error for a call that failed in a step: names the field, what was being done, the call and its errno,
 * and the cure where one is known.
 */
export function stepError(step: Step, failure: CallFailure): RuntError {
  const { call, errno } = failure;
  const pointer = step.from.startsWith("/") ? step.from : undefined;
  const field = pointer === undefined ? "" : `${fieldOf(pointer)}: `;
  const line = callLine(call);
  const why = call.op === "assert" || call.op === "fail" ? call.why : undefined;
  const name = call.op === "sys" ? call.name : call.op === "spawn" ? "clone3" : call.op;
  return new RuntError({
    code: codeOf(step, errno),
    message:
      why === undefined ? `${field}${step.title}: ${name}: ${errno}: ${errnoText(errno)}` : `${field}${why}`,
    phase: step.kind,
    pointer,
    call: line,
    errno,
    hint: stepHint(step, failure),
  });
}
