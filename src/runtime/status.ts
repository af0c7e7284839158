import { isFrozen } from "../cgroup/manager.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import { RuntError } from "../error/runt-error.ts";
import { AT_FDCWD, str } from "../plan/build.ts";
import type { StateFile, StateHead } from "../state/state-file.ts";
import type { Status } from "../state/status.ts";
import type { Runtime } from "./context.ts";
import { isAlive } from "./process-info.ts";
import {
  type ContainerDir,
  findContainerDir,
  GATE,
  notFound,
  openContainerDir,
  readHead,
  readState,
  tryLock,
} from "./store.ts";

/**
 * The status of a container, read from the kernel each time: nothing that could be out of date is stored.
 * A container whose creating runtime died is stopped; one whose gate's socket is still there waits for start.
 */
export function statusOf(rt: Runtime, dir: ContainerDir, state: StateFile): Status {
  if (state.phase === "created") return statusOfCreated(rt, dir.path, state, cgroupOf(state));
  // The creator holds the lock as long as it lives.
  if (!tryLock(rt, dir)) return "creating";
  const again = readState(rt, dir);
  return again === undefined || again.phase === "creating" ? "stopped" : statusOf(rt, dir, again);
}

/** The status of the container in `path` whose init was made. */
function statusOfCreated(
  rt: Runtime,
  path: string,
  init: Pick<StateFile, "pid" | "startTime">,
  freezer: CgroupRecord,
): Status {
  if (!isAlive(rt.sys, init.pid, init.startTime)) return "stopped";
  if (isFrozen(rt.sys, freezer)) return "paused";
  const gate = str(`${path}/${GATE}`);
  return rt.sys.call("faccessat2", [AT_FDCWD, gate, 0, 0], ["ENOENT"]) < 0 ? "running" : "created";
}

/** What `state` and `list` tell of a container. */
export interface LookedUp {
  head: StateHead;
  status: Status;
  /** Who created it. */
  uid: number;
}

/** Looks at a container without opening it; undefined when there is none, or its create was aborted. */
export function lookUp(rt: Runtime, id: string): LookedUp | undefined {
  const found = readHead(rt, id);
  if (found?.head.phase !== "creating") return found && created(rt, id, found);
  const dir = findContainerDir(rt, id);
  if (dir === undefined) return undefined;
  try {
    if (!tryLock(rt, dir)) return { ...found, status: "creating" };
    const again = readHead(rt, id);
    if (again?.head.phase !== "creating") return again && created(rt, id, again);
    return { ...again, status: "stopped" };
  } finally {
    rt.sys.close(dir.fd);
  }
}

function created(rt: Runtime, id: string, { head, uid }: Omit<LookedUp, "status">): LookedUp {
  const status = statusOfCreated(rt, `${rt.root}/${id}`, head, head.freezer as CgroupRecord);
  return { head, uid, status };
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

/** The error for an id without a container, or with no more than what an aborted create left. */
export function missing(rt: Runtime, id: string): RuntError {
  const dir = findContainerDir(rt, id);
  if (dir === undefined) return notFound(rt, id);
  rt.sys.close(dir.fd);
  return new RuntError({
    code: "NOT_FOUND",
    message: `container does not exist: ${id} (${dir.path} has no state file: its create was aborted)`,
    hint: `remove the leftovers with: delete --force ${id}`,
  });
}

/** Opens a container that has a state file. Throws NOT_FOUND when there is none, also for an aborted create. */
export function findContainer(rt: Runtime, id: string): Found {
  const dir = openContainerDir(rt, id);
  let state: StateFile | undefined;
  try {
    state = readState(rt, dir);
    if (state === undefined) throw missing(rt, id);
  } catch (error) {
    rt.sys.close(dir.fd);
    throw error;
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
