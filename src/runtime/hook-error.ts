import { RuntError } from "../error/runt-error.ts";
import type { CallFailure } from "../host/carry.ts";
import { callLine } from "../plan/print-call.ts";
import type { Step } from "../plan/step.ts";
import { errnoText } from "../tables/errnos.ts";

/** How a hook ended, as a person reads it. */
export function exitText(code: number, status: number): string {
  const CLD_EXITED = 1;
  return code === CLD_EXITED ? `exit status ${status}` : `killed by signal ${status}`;
}

/**
 * The error of a hook. The text begins as runc's does ("error running NAME hook #N: …"), then says which program
 * it was; its output is one line, bounded.
 */
export function hookFailure(
  step: Step,
  what: string,
  output: string,
  call?: string,
  errno?: string,
): RuntError {
  const [, , name, index] = step.from.split("/");
  const told = output.trim() === "" ? "" : `, output: ${JSON.stringify(output.trim())}`;
  return new RuntError({
    code: "HOOK_FAILED",
    message: `error running ${name} hook #${index}: ${what}${told} (${step.title})`,
    phase: "hook",
    pointer: step.from,
    call,
    errno,
  });
}

/** The error for a hook that runt-init ran and reported. */
export function hookError(step: Step, failure: CallFailure, output: string): RuntError {
  const { call, errno, value } = failure;
  if (call.op === "fail" || call.op === "assert") {
    return hookFailure(step, call.why.replace("%d", String(value)), output, undefined, errno);
  }
  const name = call.op === "sys" ? call.name : call.op;
  return hookFailure(step, `${name}: ${errno}: ${errnoText(errno)}`, output, callLine(call), errno);
}
