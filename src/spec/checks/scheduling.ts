/** Checks of how a process is scheduled: CPU, I/O. `at` is the pointer of the process. */
import { error, type Finding } from "../finding.ts";
import type { Process } from "../types.ts";

/** sched_setattr(2): which numbers a policy takes. */
export function schedulerIsSound(process: Process, at: string): Finding[] {
  const { scheduler } = process;
  if (scheduler === undefined) return [];
  const { policy, nice = 0, priority = 0, runtime = 0, deadline = 0, period = 0 } = scheduler;
  const findings: Finding[] = [];
  if (nice < -20 || nice > 19) {
    findings.push(error(`${at}/scheduler/nice`, `${nice} is out of range`, "use a number from -20 to 19"));
  }
  const realTime = policy === "SCHED_FIFO" || policy === "SCHED_RR";
  if (realTime ? priority < 1 || priority > 99 : priority !== 0) {
    const hint = realTime ? "use a number from 1 to 99" : "leave it out, or use SCHED_FIFO or SCHED_RR";
    findings.push(
      error(`${at}/scheduler/priority`, `${policy} does not take the priority ${priority}`, hint),
    );
  }
  if (
    policy === "SCHED_DEADLINE" &&
    !(runtime > 0 && runtime <= deadline && (period === 0 || deadline <= period))
  ) {
    const reason = `SCHED_DEADLINE does not take runtime ${runtime}, deadline ${deadline}, period ${period}`;
    findings.push(
      error(`${at}/scheduler`, reason, "make it 0 < runtime <= deadline <= period, in nanoseconds"),
    );
  }
  return findings;
}

/** ioprio_set(2) */
export function ioPriorityIsKnown(process: Process, at: string): Finding[] {
  const priority = process.ioPriority?.priority ?? 0;
  if (priority >= 0 && priority <= 7) return [];
  return [error(`${at}/ioPriority/priority`, `${priority} is out of range`, "use a number from 0 to 7")];
}
