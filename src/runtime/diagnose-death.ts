import { RuntError } from "../error/runt-error.ts";
import type { Execution } from "./execution.ts";
import { slotOf } from "./execution.ts";
import { waitPidfd } from "./wait.ts";

const SIGKILL = 9;
const SIGSYS = 31;

/**
 * The error for an init that went away without a word: from its wait status and the events of its cgroup.
 */
export function diagnoseDeath(execution: Execution): RuntError {
  const ended = waitPidfd(execution.rt, slotOf(execution, "init.pidfd"), true);
  const seen = execution.deathEvents?.();
  if (seen !== undefined && seen.oomKills > 0) {
    return new RuntError({
      code: "OOM_KILLED",
      message: "container init was OOM-killed (memory limit too low?)",
      pointer: "/linux/resources/memory/limit",
      hint: "raise linux.resources.memory.limit",
    });
  }
  const how =
    ended === undefined
      ? "still running"
      : ended.exited
        ? `exit status ${ended.status}`
        : signalText(ended.status);
  return new RuntError({
    code: "INIT_DIED",
    message: `the container's init died during set-up: ${how}`,
    hint:
      ended !== undefined && !ended.exited && ended.status === SIGKILL
        ? "look for an out-of-memory kill in the kernel's log"
        : undefined,
  });
}

function signalText(signal: number): string {
  if (signal === SIGSYS) return "killed by SIGSYS (a seccomp filter of the caller forbids a system call)";
  return `killed by signal ${signal}`;
}
