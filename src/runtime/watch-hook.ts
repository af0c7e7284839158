import { RuntError } from "../error/runt-error.ts";
import type { Step } from "../plan/step.ts";
import { OUTPUT_KEPT } from "./await-init.ts";
import { carrySteps, closeSlot, type Execution, slotOf } from "./execution.ts";
import { exitText, hookFailure } from "./hook-error.ts";
import { refuseInterrupt } from "./signals.ts";
import { waitPidfd } from "./wait.ts";

const POLLIN = 1;
const SIGKILL = 9;
const MFD_CLOEXEC = 1;

/** A memfd that reads as `text` from its start. */
export function textMemfd(execution: Execution, name: string, text: string): number {
  const { sys } = execution.rt;
  const fd = sys.call("memfd_create", [{ str: name }, MFD_CLOEXEC]);
  sys.write(fd, text);
  sys.call("lseek", [fd, 0, 0]);
  return fd;
}

/**
 * Runs one hook in the runtime's namespaces: its calls spawn it with `state` on stdin, then its output is kept
 * (bounded) until it ends or runs out of time. Throws HOOK_FAILED.
 * SPEC(config#posix-platform-hooks): the state is on stdin, a timeout ends the hook.
 */
export function runHostHook(execution: Execution, step: Step, state: string): void {
  execution.slots.set("hook.stdin", textMemfd(execution, "hook-state", state));
  execution.fds.add("hook.stdin");
  try {
    carrySteps(execution, [step]);
    watch(execution, step);
  } finally {
    for (const name of ["hook.stdin", step.hook?.pidfd, step.hook?.output]) closeSlot(execution, name);
  }
}

function watch(execution: Execution, step: Step): void {
  const hook = step.hook;
  if (hook === undefined)
    throw new RuntError({ code: "PLAN_BROKEN", message: `${step.title}: nothing to watch` });
  const { sys } = execution.rt;
  const pidfd = slotOf(execution, hook.pidfd);
  const reader = slotOf(execution, hook.output);
  const { output, inTime } = collectOrEnd(execution, pidfd, reader, hook.timeoutMs);
  if (!inTime) sys.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], ["ESRCH"]);
  const ended = waitPidfd(execution.rt, pidfd, true);
  if (!inTime) {
    const seconds = ((hook.timeoutMs ?? 0) / 1000).toFixed(1);
    throw hookFailure(step, `hook ran past specified timeout of ${seconds}s`, output);
  }
  if (ended !== undefined && (!ended.exited || ended.status !== 0)) {
    throw hookFailure(step, exitText(ended.exited ? 1 : 2, ended.status), output);
  }
}

/** collect, but a hook that is interrupted is ended. */
function collectOrEnd(execution: Execution, pidfd: number, reader: number, timeoutMs: number | undefined) {
  try {
    return collect(execution, pidfd, reader, timeoutMs);
  } catch (error) {
    execution.rt.sys.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], ["ESRCH"]);
    waitPidfd(execution.rt, pidfd, true);
    throw error;
  }
}

/** Reads the hook's output until the hook itself ends (what it left running may hold the pipe open). */
function collect(execution: Execution, pidfd: number, reader: number, timeoutMs: number | undefined) {
  const { sys } = execution.rt;
  const deadline = timeoutMs === undefined ? undefined : sys.clock(1) + BigInt(timeoutMs) * 1000000n;
  const signals = execution.slots.get("signals.fd") ?? -1;
  let output = "";
  let open = true;
  for (;;) {
    const left = deadline === undefined ? -1 : Number((deadline - sys.clock(1)) / 1000000n);
    if (deadline !== undefined && left <= 0) return { output, inTime: false };
    const [ended, written, signalled] = sys.poll(
      [pidfd, open ? reader : -1, signals].map((fd) => ({ fd, events: POLLIN })),
      left,
    );
    if (signalled !== 0) refuseInterrupt(execution.rt, signals);
    if (written !== undefined && written !== 0) {
      const bytes = sys.read(reader, OUTPUT_KEPT);
      if (bytes.length === 0) open = false;
      else if (output.length < OUTPUT_KEPT) output += sys.host.text(bytes);
    } else if (ended !== undefined && ended !== 0) {
      return { output, inTime: true };
    }
  }
}
