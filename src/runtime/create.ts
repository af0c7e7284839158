import { events } from "../cgroup/manager.ts";
import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import { AT_FDCWD, O } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import { hookState } from "../state/output.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Status } from "../state/status.ts";
import { awaitInit } from "./await-init.ts";
import type { CreateOptions, Runtime } from "./context.ts";
import { destroy } from "./destroy.ts";
import {
  closeFds,
  closeSlot,
  type Execution,
  newExecution,
  runHostSteps,
  type StepHandlers,
  slotOf,
} from "./execution.ts";
import { lateOps } from "./late-steps.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { processInfo } from "./process-info.ts";
import { encodeInit, sealProgram } from "./program.ts";
import { type ContainerDir, makeContainerDir, removeContainerDir, writeState } from "./store.ts";
import { waitPidfd } from "./wait.ts";
import { runHostHook } from "./watch-hook.ts";

const SIGKILL = 9;

/** A container that waits for start. Its directory is open and locked. */
export interface Created {
  dir: ContainerDir;
  state: StateFile;
  /** pidfd of init, which is this process's child. */
  pidfd: number;
}

/** One create on its way. */
interface Progress {
  execution: Execution;
  dir: ContainerDir | undefined;
  /** True once the state file names what is the container's own; before, its cgroup may be somebody else's. */
  journaled: boolean;
  state: StateFile;
}

/**
 * Creates a container: everything of its config but the user's program. SPEC(runtime#create)
 * Nothing of runt runs on afterwards. On failure nothing is left behind.
 */
export function create(rt: Runtime, options: CreateOptions): void {
  const mode = { detach: true, carryOut: true };
  const created = carryOutCreate(rt, prepare(rt, options, mode));
  rt.sys.close(created.pidfd);
  rt.sys.close(created.dir.fd);
}

/**
 * Carries out a compiled create. `known` are fds that the caller opened for it: its console socket or its stdio.
 * Throws the error of the step that failed, after undoing all steps before it.
 */
export function carryOutCreate(
  rt: Runtime,
  prepared: Prepared,
  known: readonly (readonly [Slot, number])[] = [],
): Created {
  const { input, compiled, bundle } = prepared;
  const progress: Progress = {
    execution: newExecution(rt, compiled.plan, [["bundle.dir", bundle.fd], ...known]),
    dir: undefined,
    journaled: false,
    state: {
      version: 1,
      phase: "creating",
      id: input.id,
      pid: 0,
      startTime: 0,
      bundle: input.bundle,
      rootfs: input.rootfs,
      created: new Date(Number(rt.sys.clock(0) / 1000000n)).toISOString(),
      cgroup: compiled.cgroup,
      late: [],
      spec: input.spec,
    },
  };
  progress.execution.fds.add("bundle.dir");
  progress.execution.deathEvents = () => events(rt.sys, compiled.cgroup);
  try {
    progress.execution.init = encodeInit(progress.execution);
    runHostSteps(progress.execution, handlersOf(progress, prepared));
    closeFds(progress.execution, ["init.pidfd"]);
  } catch (error) {
    undo(progress, prepared);
    closeQuietly(progress.execution);
    throw error;
  }
  return {
    dir: claimedDir(progress),
    state: progress.state,
    pidfd: slotOf(progress.execution, "init.pidfd"),
  };
}

/** Closes what a failed create holds; a failure of that would hide the one to tell. */
function closeQuietly(execution: Execution): void {
  try {
    closeFds(execution, []);
  } catch (failure) {
    const line = failure instanceof RuntError ? failure.line : String(failure);
    execution.rt.log.warning(`a descriptor could not be closed after the failed create: ${line}`);
  }
}

function handlersOf(progress: Progress, prepared: Prepared): StepHandlers {
  const { execution } = progress;
  const { rt } = execution;
  return {
    claim: () => {
      progress.dir = makeContainerDir(rt, progress.state.id);
      execution.slots.set("state.dir", progress.dir.fd);
    },
    journal: () => {
      writeState(rt, claimedDir(progress), progress.state);
      progress.journaled = true;
    },
    program: sealProgram,
    spawn: () => {
      progress.state.pid = slotOf(execution, "init.pid");
      closeChildEnd(execution);
      writeContainerHookState(progress, "creating");
    },
    sync: awaitInit,
    hook: (_, step) => {
      runHostHook(execution, step, JSON.stringify(hookState(progress.state, "creating", progress.state.pid)));
    },
    record: () => recordCreated(progress, prepared),
  };
}

/** The child has its own copy: once it is gone, reading the parent's end must show that. */
export function closeChildEnd(execution: Execution): void {
  closeSlot(execution, "sync.fd");
}

/** The state that hooks inside the container read: with the pid that init has there. */
function writeContainerHookState(progress: Progress, status: Status): void {
  const { rt, slots } = progress.execution;
  const fd = slots.get("hook.state");
  if (fd === undefined) return;
  const pid = containerPid(rt.sys, progress.state.pid);
  const text = JSON.stringify(hookState(progress.state, status, pid));
  rt.sys.call("ftruncate", [fd, 0]);
  rt.sys.call("lseek", [fd, 0, 0]);
  rt.sys.write(fd, text);
}

/** The pid as the process itself sees it: the last number of NSpid. */
function containerPid(sys: Sys, pid: number): number {
  const status = sys.readFile(AT_FDCWD, `/proc/${pid}/status`);
  return Number(/^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? pid);
}

/** The container's directory, which the first step of every create made. */
function claimedDir({ dir }: Progress): ContainerDir {
  if (dir === undefined) throw new Error("the id is not taken yet");
  return dir;
}

/** Handler of the "record" step: init is ready, so the state becomes "created" and the pid file appears. */
function recordCreated(progress: Progress, prepared: Prepared): void {
  const { execution, state } = progress;
  const { rt } = execution;
  const info = processInfo(rt.sys, state.pid);
  if (info === undefined || execution.init === undefined) {
    throw new RuntError({
      code: "INIT_DIED",
      message: "the container's init vanished before it was recorded",
    });
  }
  state.startTime = info.startTime;
  state.phase = "created";
  state.late = lateOps(prepared.compiled.plan, execution.init);
  writeContainerHookState(progress, "created");
  writeState(rt, claimedDir(progress), state);
  if (prepared.pidFile !== undefined) writePidFile(rt.sys, prepared.pidFile, state.pid);
}

/**
 * Writes the pid, decimal and without a newline, so that readers see the old file or the whole new one.
 * Throws STEP_FAILED.
 */
export function writePidFile(sys: Sys, path: string, pid: number): void {
  const slash = path.lastIndexOf("/");
  const next = `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}`;
  sys.unlinkat(AT_FDCWD, next, ["ENOENT"]);
  const fd = sys.open(next, O.WRONLY | O.CREAT | O.EXCL, 0o666);
  sys.write(fd, String(pid));
  sys.close(fd);
  sys.renameat(AT_FDCWD, next, AT_FDCWD, path);
}

/** SPEC(runtime#errors): a failed create leaves the host as if it had never been tried. */
function undo(progress: Progress, prepared: Prepared): void {
  const { execution, dir, state } = progress;
  const { rt, slots } = execution;
  const pidfd = slots.get("init.pidfd") ?? -1;
  if (pidfd >= 0) {
    rt.sys.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], ["ESRCH"]);
    waitQuietly(rt, pidfd);
  }
  if (dir === undefined) return;
  try {
    if (progress.journaled) destroy(rt, dir, state);
    else removeContainerDir(rt, dir);
  } catch (failure) {
    // The first error is the one to tell; what could not be undone stays recorded for delete --force.
    const line = failure instanceof RuntError ? failure.line : String(failure);
    rt.log.warning(`container ${state.id} could not be removed after its failed create: ${line}`);
  } finally {
    rt.sys.close(dir.fd);
  }
  if (prepared.pidFile !== undefined && state.phase === "created") {
    rt.sys.unlinkat(AT_FDCWD, prepared.pidFile, ["ENOENT"]);
  }
}

/** Reaps init; someone else may have done so (diagnose-death). */
function waitQuietly(rt: Runtime, pidfd: number): void {
  try {
    waitPidfd(rt, pidfd, true);
  } catch (error) {
    if (!(error instanceof RuntError) || error.errno !== "ECHILD") throw error;
  }
}
