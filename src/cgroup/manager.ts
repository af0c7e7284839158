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
import { type CgroupDirectory, type CgroupRecord, directoryOf, unifiedDirectory } from "./paths.ts";
import { removeCgroups } from "./remove.ts";

/** What the kernel counted in the container's cgroups. */
export interface CgroupEvents {
  /** Processes that the out-of-memory killer ended. */
  oomKills: number;
  /** Times a fork was refused by pids.max. */
  pidsRefused: number;
}

const SIGKILL = 9;

/** The cgroups of an existing container. Methods throw RuntError; a cgroup that is gone holds nothing. */
export class CgroupManager {
  private readonly sys: Sys;
  private readonly record: CgroupRecord;

  constructor(sys: Sys, record: CgroupRecord) {
    this.sys = sys;
    this.record = record;
  }

  /** True when a directory of the container still exists. */
  exists(): boolean {
    return this.record.directories.some(
      (directory) => withDirectory(this.sys, directory, () => true) !== undefined,
    );
  }

  /**
   * Process ids in the container's cgroup, in the runtime's pid namespace (0 for a process that it cannot see);
   * `recursive` adds those of sub-cgroups.
   */
  pids(recursive: boolean): number[] {
    const directory = this.processDirectory();
    if (directory === undefined) return [];
    return withDirectory(this.sys, directory, (dir) => readPids(this.sys, dir, recursive)) ?? [];
  }

  isFrozen(): boolean {
    return isFrozen(this.sys, this.record);
  }

  freeze(): void {
    freeze(this.sys, this.record);
  }

  thaw(): void {
    thaw(this.sys, this.record);
  }

  /**
   * Sends `signal` to every process of the container. SIGKILL goes through cgroup.kill where there is one, which no
   * fork can outrun; else, and for other signals, the processes are frozen meanwhile for the same reason. A container
   * that was paused stays so unless the signal is SIGKILL (KERNEL: a frozen v1 process only dies when it is thawed).
   */
  killAll(signal: number = SIGKILL): void {
    if (signal === SIGKILL && this.cgroupKill()) {
      if (this.isFrozen()) this.thaw();
      return;
    }
    const paused = this.isFrozen();
    if (!paused) this.tryFreeze();
    try {
      for (const pid of this.pids(true)) {
        if (pid > 0) this.sys.call("kill", [pid, signal], ["ESRCH"]);
      }
    } finally {
      if (!paused || signal === SIGKILL) this.thaw();
    }
  }

  /** Removes the cgroups of all hierarchies with everything below them. The processes have to be dead or dying. */
  remove(): void {
    removeCgroups(this.sys, this.record);
  }

  /** Counters for the diagnosis of a process that died without a word. */
  events(): CgroupEvents {
    const memory = directoryOf(this.record.directories, "memory");
    const pids = directoryOf(this.record.directories, "pids");
    const memoryFile = memory?.version === 1 ? "memory.oom_control" : "memory.events";
    return {
      oomKills: this.counter(memory, memoryFile, "oom_kill"),
      pidsRefused: this.counter(pids, "pids.events", "max"),
    };
  }

  private counter(directory: CgroupDirectory | undefined, file: string, key: string): number {
    if (directory === undefined) return 0;
    const text = withDirectory(this.sys, directory, (dir) => readCgroupFile(this.sys, dir, file));
    return keyedNumber(text, key);
  }

  /** The hierarchy that is asked for processes: freezer or devices on v1, as every container joins all of them. */
  private processDirectory(): CgroupDirectory | undefined {
    return (
      directoryOf(this.record.directories, "freezer") ??
      unifiedDirectory(this.record.directories) ??
      this.record.directories[0]
    );
  }

  /** KERNEL(5.14): cgroup.kill, on cgroup2 only. False when there is none. */
  private cgroupKill(): boolean {
    const directory = unifiedDirectory(this.record.directories);
    if (directory === undefined) return false;
    try {
      const written = withDirectory(this.sys, directory, (dir) =>
        writeCgroupFile(this.sys, dir, "cgroup.kill", "1"),
      );
      return written === true;
    } catch (error) {
      // KERNEL: a threaded cgroup has no whole processes to kill.
      if (hasErrno(error, ["EOPNOTSUPP"])) return false;
      throw cgroupError("unable to kill the container's processes", error);
    }
  }

  /**
   * Freezing only keeps processes from forking away from the signal; where it cannot be done, signalling what is
   * there is still what the caller asked for.
   */
  private tryFreeze(): void {
    try {
      this.freeze();
    } catch (error) {
      if (!(error instanceof RuntError && error.code === "CGROUP")) throw error;
    }
  }
}
