import { isFrozen } from "../cgroup/manager.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import { RuntError } from "../error/runt-error.ts";
import { O } from "../plan/build.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Status } from "../state/status.ts";
import type { Runtime } from "./context.ts";
import { isAlive } from "./process-info.ts";
import { type ContainerDir, GATE, openContainerDir, readState, tryLock } from "./store.ts";

/**
 * The status of a container, read from the kernel each time: nothing that could be out of date is stored.
 * A container whose creating runtime died is stopped; one whose gate's socket is still there waits for start.
 */
export function statusOf(rt: Runtime, dir: ContainerDir, state: StateFile): Status {
  if (state.phase === "creating") {
    // The creator holds the lock as long as it lives.
    if (!tryLock(rt, dir)) return "creating";
    const again = readState(rt, dir);
    return again === undefined || again.phase === "creating" ? "stopped" : statusOf(rt, dir, again);
  }
  if (!isAlive(rt.sys, state.pid, state.startTime)) return "stopped";
  if (isFrozen(rt.sys, cgroupOf(state))) return "paused";
  const gate = rt.sys.openat2(dir.fd, GATE, O.PATH, { tolerate: ["ENOENT"] });
  if (gate < 0) return "running";
  rt.sys.close(gate);
  return "created";
}

/** The cgroups of a container. */
export function cgroupOf(state: StateFile): CgroupRecord {
  return state.cgroup as CgroupRecord;
}

/** A container with its state, for operations on one that must exist. */
export interface Found {
  dir: ContainerDir;
  state: StateFile;
}

/** Opens a container that has a state file. Throws NOT_FOUND when there is none, also for an aborted create. */
export function findContainer(rt: Runtime, id: string): Found {
  const dir = openContainerDir(rt, id);
  const state = readState(rt, dir);
  if (state === undefined) {
    throw new RuntError({
      code: "NOT_FOUND",
      message: `container does not exist: ${id} (${dir.path} has no state file: its create was aborted)`,
      hint: `remove the leftovers with: delete --force ${id}`,
    });
  }
  return { dir, state };
}

/** Opens a container for `use` and closes it again. Throws NOT_FOUND and what `use` throws. */
export function withContainer<T>(rt: Runtime, id: string, use: (found: Found) => T): T {
  const found = findContainer(rt, id);
  try {
    return use(found);
  } finally {
    rt.sys.close(found.dir.fd);
  }
}
