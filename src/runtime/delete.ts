import { canDelete, wrongStatus } from "../state/status.ts";
import type { DeleteOptions, Runtime } from "./context.ts";
import { destroy, killInit } from "./destroy.ts";
import { runPoststop } from "./host-hooks.ts";
import { statusOf } from "./status.ts";
import {
  type ContainerDir,
  findContainerDir,
  lockContainer,
  notFound,
  readState,
  removeContainerDir,
} from "./store.ts";

/** How long delete waits for another runt on the same container. */
const LOCK_WAIT_MS = 10_000;

/**
 * Deletes a container: its processes, cgroup and state; then runs the poststop hooks. With force a running one is
 * killed first and a missing one is no error. SPEC(runtime#delete)
 * Throws NOT_FOUND, WRONG_STATUS, LOCKED.
 */
export function deleteContainer(rt: Runtime, options: DeleteOptions): void {
  const { id, force } = options;
  const dir = findContainerDir(rt, id);
  if (dir === undefined) {
    if (force) return;
    throw notFound(rt, id);
  }
  try {
    deleteFound(rt, dir, force);
  } finally {
    rt.sys.close(dir.fd);
  }
}

function deleteFound(rt: Runtime, dir: ContainerDir, force: boolean): void {
  const before = readState(rt, dir);
  if (before !== undefined && !force) {
    const status = statusOf(rt, dir, before);
    if (!canDelete(status))
      throw wrongStatus(`cannot delete container ${dir.id} that is not stopped: ${status}`);
  }
  lockContainer(rt, dir, LOCK_WAIT_MS);
  const state = readState(rt, dir);
  if (state === undefined) {
    removeContainerDir(rt, dir);
    return;
  }
  killInit(rt, state);
  destroy(rt, dir, state);
  runPoststop(rt, state);
}
