import { killAll, pids, remove, removeUnused, thaw } from "../cgroup/manager.ts";
import { RuntError } from "../error/runt-error.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Runtime } from "./context.ts";
import { isAlive } from "./process-info.ts";
import { cgroupOf } from "./status.ts";
import { type ContainerDir, removeContainerDir } from "./store.ts";

const SIGKILL = 9;
const POLLIN = 1;
/** How long a killed process may take to die; runc waits as long. */
const KILL_WAIT_MS = 10_000;

/** Ends init and waits for its death. Throws WRONG_STATUS when the kernel does not end it in time. */
export function killInit(rt: Runtime, state: StateFile): void {
  const { sys } = rt;
  const pidfd = state.pid > 0 ? sys.call("pidfd_open", [state.pid, 0], ["ESRCH", "EINVAL"]) : -1;
  if (pidfd < 0) return;
  try {
    if (!isAlive(sys, state.pid, state.startTime)) return;
    sys.call("pidfd_send_signal", [pidfd, SIGKILL, 0, 0], ["ESRCH"]);
    // KERNEL: on cgroup v1 a frozen process dies only once it is thawed.
    thaw(sys, cgroupOf(state));
    if (sys.poll([{ fd: pidfd, events: POLLIN }], KILL_WAIT_MS)[0] === 0) {
      throw new RuntError({
        code: "WRONG_STATUS",
        message: `container init still running: pid ${state.pid} does not die of SIGKILL`,
        hint: "it hangs in the kernel (look at /proc/<pid>/stack); try again later",
      });
    }
  } finally {
    sys.close(pidfd);
  }
}

/**
 * Undoes what create made: processes left in the cgroup, the cgroup, the state directory. May be called again after
 * a failure. SPEC(runtime#delete)
 */
export function destroy(rt: Runtime, dir: ContainerDir, state: StateFile): void {
  const cgroup = cgroupOf(state);
  if (!removeUnused(rt.sys, cgroup)) {
    if (pids(rt.sys, cgroup).length > 0) killAll(rt.sys, cgroup);
    remove(rt.sys, cgroup);
  }
  removeContainerDir(rt, dir);
}
