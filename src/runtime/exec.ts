import { joinForExec } from "../cgroup/manager.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import { compileExec } from "../compile/exec.ts";
import type { CompileInput } from "../compile/input.ts";
import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import { probeFacts } from "../host/probe-facts.ts";
import { AT_FDCWD } from "../plan/build.ts";
import type { Plan } from "../plan/step.ts";
import type { Process } from "../spec/types.ts";
import type { StateFile } from "../state/state-file.ts";
import { type Status, wrongStatus } from "../state/status.ts";
import { awaitInit, initError, ownOp, receive } from "./await-init.ts";
import { absolutePath } from "./bundle.ts";
import type { ExecOptions, Runtime } from "./context.ts";
import { closeChildEnd, writePidFile } from "./create.ts";
import { execProcess } from "./exec-process.ts";
import { closeFds, type Execution, newExecution, runHostSteps, slotOf } from "./execution.ts";
import { explainExec, programOf } from "./explain-exec.ts";
import { homeOf } from "./home.ts";
import { checkTerminal, refusePidfdSocket } from "./prepare.ts";
import { checkPreservedFds } from "./preserved-fds.ts";
import { isAlive } from "./process-info.ts";
import { sealProgram } from "./program.ts";
import { seccompFilterOf } from "./seccomp-filter.ts";
import { watchSignals } from "./signals.ts";
import { type Found, statusOf, withContainer } from "./status.ts";
import { closeGiven, openStdio, type Stdio, serve } from "./stdio.ts";
import { exitStatus, waitPidfd } from "./wait.ts";

const SIGKILL = 9;

/**
 * Runs a further process in a running container. Detached it returns 0 once the process has been executed; in the
 * foreground it returns its exit status (128 + n for signal n).
 * Throws NOT_FOUND, WRONG_STATUS, USAGE, EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE and what a step of the plan says.
 */
export function exec(rt: Runtime, options: ExecOptions): number {
  refusePidfdSocket(options.pidfdSocket);
  checkPreservedFds(rt.sys, options.preserveFds);
  return withContainer(rt, options.id, (found) => execIn(rt, found, options));
}

function execIn(rt: Runtime, { dir, state }: Found, options: ExecOptions): number {
  refuseStatus(statusOf(rt, dir, state), options);
  const process = execProcess(rt, state, options);
  checkTerminal(process.terminal === true, options.consoleSocket, options.detach);
  const target = openTarget(rt, state);
  const facts = probeFacts(rt.sys);
  try {
    const plan = compile(rt, state, process, options, facts);
    return carryOutExec(rt, { plan, process, target }, options);
  } finally {
    rt.sys.close(target);
  }
}

/** A compiled exec: its target is a pidfd of the container's init. */
interface Compiled {
  plan: Plan;
  process: Process;
  target: number;
}

function carryOutExec(rt: Runtime, compiled: Compiled, options: ExecOptions): number {
  const { plan, process, target } = compiled;
  const signals = options.detach ? -1 : watchSignals(rt);
  const stdio = options.detach ? undefined : openStdio(rt, process.terminal === true);
  const known = [
    ["target.pidfd", target] as const,
    ...(stdio?.known ?? []),
    ["signals.fd", signals] as const,
  ];
  const execution = newExecution(rt, plan, known);
  try {
    spawn(execution, process);
    if (options.pidFile !== undefined) {
      writePidFile(rt.sys, absolutePath(rt, options.pidFile), slotOf(execution, "init.pid"));
    }
    return stdio === undefined ? 0 : attend(execution, stdio, signals);
  } finally {
    closeFds(execution, []);
  }
}

function refuseStatus(status: Status, options: ExecOptions): void {
  if (status === "paused" && !options.ignorePaused) {
    throw wrongStatus("cannot exec in a paused container (use --ignore-paused to override)");
  }
  if (status === "stopped" || status === "creating")
    throw wrongStatus(`cannot exec in a ${status} container`);
}

/** A pidfd of init that is sure to be init. */
function openTarget(rt: Runtime, state: StateFile): number {
  const pidfd = rt.sys.call("pidfd_open", [state.pid, 0], ["ESRCH"]);
  if (pidfd < 0 || !isAlive(rt.sys, state.pid, state.startTime))
    throw wrongStatus("cannot exec in a stopped container");
  return pidfd;
}

function compile(
  rt: Runtime,
  state: StateFile,
  process: Process,
  options: ExecOptions,
  facts: HostFacts,
): Plan {
  const { hooks: _, ...rest } = state.spec;
  const spec = { ...rest, process };
  const input: CompileInput = {
    spec,
    facts,
    id: state.id,
    bundle: state.bundle,
    rootfs: state.rootfs,
    stateDir: `${rt.root}/${state.id}`,
    home: homeOf(rt, spec, `/proc/${state.pid}/root`),
    seccompFilter: seccompFilterOf(rt, spec),
    options: {
      consoleSocket:
        options.consoleSocket === undefined ? undefined : absolutePath(rt, options.consoleSocket),
      noPivot: false,
      noNewKeyring: false,
      preserveFds: options.preserveFds,
      foreground: !options.detach,
      systemdCgroup: rt.systemdCgroup,
    },
  };
  const cgroup = joinForExec(rt.sys, state.cgroup as CgroupRecord, state.pid, options.cgroups);
  const { plan, warnings } = compileExec({ input, pid: state.pid, cgroup });
  for (const warning of warnings) rt.log.warning(warning);
  return plan;
}

/** Carries the plan out until the new process has called execve. Nothing is left of one that could not. */
function spawn(execution: Execution, process: Process): void {
  const { rt } = execution;
  try {
    runHostSteps(execution, {
      program: sealProgram,
      spawn: () => closeChildEnd(execution),
      sync: awaitInit,
    });
    awaitExec(execution, process);
  } catch (error) {
    const pidfd = execution.slots.get("init.pidfd") ?? -1;
    if (pidfd >= 0) {
      rt.sys.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], ["ESRCH"]);
      waitPidfd(rt, pidfd, true);
    }
    throw error;
  }
}

/** The sync socket closes at execve; a failure before that arrives as a record. */
function awaitExec(execution: Execution, process: Process): void {
  const message = receive(execution, slotOf(execution, "sync.host"), ownOp(execution));
  if (message === "closed" || message === "reset") {
    diedEarly(execution);
    return;
  }
  if (!("failed" in message)) return;
  const { step, failure } = message.failed;
  if (failure.call.op === "sys" && failure.call.name === "execve") {
    const { sys } = execution.rt;
    const root = sys.open(`/proc/${slotOf(execution, "init.pid")}/root`, 0o10000000, 0, ["ENOENT", "EACCES"]);
    throw explainExec(sys, { root, step, failure, ...programOf(process) });
  }
  throw initError(execution, step, failure);
}

/** A process that was killed before execve closes the socket as well; its own exit is told apart by its program. */
function diedEarly(execution: Execution): void {
  const { sys } = execution.rt;
  const pid = slotOf(execution, "init.pid");
  const name = sys.readFileIfThere(AT_FDCWD, `/proc/${pid}/comm`);
  if (name?.trim() !== "runt-init") return;
  throw new RuntError({
    code: "INIT_DIED",
    message: "the new process was killed before it could execute its program",
  });
}

function attend(execution: Execution, stdio: Stdio, signals: number): number {
  const { rt } = execution;
  closeGiven(rt, stdio);
  const pidfd = slotOf(execution, "init.pidfd");
  const forward = (signal: number) => {
    rt.sys.call("pidfd_send_signal", [pidfd, signal, 0, 0], ["ESRCH"]);
  };
  return exitStatus(serve(rt, stdio, { pidfd, signals, forward }));
}
