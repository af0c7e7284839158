/** The cgroups of an existing container. Every function throws RuntError; a cgroup that is gone holds nothing. */
import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import {
  cgroupError,
  hasErrno,
  keyedNumber,
  readCgroupFile,
  readPids,
  withDirectory,
  writeCgroupFile,
} from "./directory.ts";
import { freeze, isFrozen, thaw } from "./freezer.ts";
import {
  type CgroupDirectory,
  type CgroupRecord,
  directoryOf,
  processDirectory,
  unifiedDirectory,
} from "./record.ts";

export { joinForExec } from "./exec-join.ts";
export { freeze, isFrozen, thaw } from "./freezer.ts";
export { remove, removeUnused } from "./remove.ts";
export { updateLimits } from "./update-limits.ts";

/** What the kernel counted in the container's cgroups. */
export interface CgroupEvents {
  /** Processes that the out-of-memory killer ended. */
  oomKills: number;
  /** Times a fork was refused by pids.max. */
  pidsLimitHits: number;
}

const SIGKILL = 9;

/**
 * Process ids in the container's cgroup and, unless `recursive` is false, in its sub-cgroups, as numbered in the
 * runtime's pid namespace (0 for a process that it cannot see).
 */
export function pids(sys: Sys, record: CgroupRecord, recursive = true): number[] {
  const directory = processDirectory(record);
  if (directory === undefined) return [];
  return withDirectory(sys, directory, (dir) => readPids(sys, dir, recursive)) ?? [];
}

/**
 * Sends `signal` to every process of the container. SIGKILL goes through cgroup.kill where there is one, which no
 * fork can outrun; else, and for other signals, the processes are frozen meanwhile for the same reason. A container
 * that was paused stays so unless the signal is SIGKILL.
 */
export function killAll(sys: Sys, record: CgroupRecord, signal: number = SIGKILL): void {
  const paused = isFrozen(sys, record);
  if (signal === SIGKILL && cgroupKill(sys, record)) {
    // KERNEL: a process frozen by the v1 freezer dies only once it is thawed.
    if (paused) thaw(sys, record);
    return;
  }
  if (!paused) tryFreeze(sys, record);
  try {
    for (const pid of pids(sys, record)) {
      if (pid > 0) sys.call("kill", [pid, signal], ["ESRCH"]);
    }
  } finally {
    if (!paused || signal === SIGKILL) thaw(sys, record);
  }
}

/** KERNEL(5.14): cgroup.kill, on cgroup2 only. False when there is none. */
function cgroupKill(sys: Sys, record: CgroupRecord): boolean {
  const directory = unifiedDirectory(record.directories);
  if (directory === undefined) return false;
  try {
    return withDirectory(sys, directory, (dir) => writeCgroupFile(sys, dir, "cgroup.kill", "1")) === true;
  } catch (error) {
    // KERNEL: a threaded cgroup has no whole processes to kill.
    if (hasErrno(error, ["ENOTSUP"])) return false;
    throw cgroupError("unable to kill the container's processes", error);
  }
}

/**
 * Freezing only keeps processes from forking away from the signal; where it cannot be done, signalling what is
 * there is still what the caller asked for.
 */
function tryFreeze(sys: Sys, record: CgroupRecord): void {
  try {
    freeze(sys, record);
  } catch (error) {
    if (!(error instanceof RuntError && error.code === "CGROUP")) throw error;
  }
}

/** Counters for the diagnosis of a process that died without a word. */
export function events(sys: Sys, record: CgroupRecord): CgroupEvents {
  const memory = directoryOf(record.directories, "memory");
  const memoryFile = memory?.version === 1 ? "memory.oom_control" : "memory.events";
  return {
    oomKills: counter(sys, memory, memoryFile, "oom_kill"),
    pidsLimitHits: counter(sys, directoryOf(record.directories, "pids"), "pids.events", "max"),
  };
}

function counter(sys: Sys, directory: CgroupDirectory | undefined, file: string, key: string): number {
  if (directory === undefined) return 0;
  return keyedNumber(
    withDirectory(sys, directory, (dir) => readCgroupFile(sys, dir, file)),
    key,
  );
}
