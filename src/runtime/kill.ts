import { freeze, killAll, thaw } from "../cgroup/manager.ts";
import type { StateFile } from "../state/state-file.ts";
import { canKill, wrongStatus } from "../state/status.ts";
import type { KillOptions, Runtime } from "./context.ts";
import { isAlive } from "./process-info.ts";
import { cgroupOf, type Found, statusOf, withContainer } from "./status.ts";

const SIGKILL = 9;

/** True when init is pid 1 of a pid namespace of its own: the kernel then ends all others with it. */
export function hasOwnPidNamespace(state: StateFile): boolean {
  const found = state.spec.linux?.namespaces?.find((namespace) => namespace.type === "pid");
  return found !== undefined && (found.path === undefined || found.path === "");
}

/**
 * Sends a signal to init through a pidfd, so that a reused pid is never hit. False when init is gone.
 */
export function signalInit(rt: Runtime, state: StateFile, signal: number): boolean {
  const pidfd = rt.sys.call("pidfd_open", [state.pid, 0], ["ESRCH", "EINVAL"]);
  if (pidfd < 0) return false;
  try {
    // The start time is checked after the pidfd is open: from then on the pidfd means this process.
    if (!isAlive(rt.sys, state.pid, state.startTime)) return false;
    return rt.sys.call("pidfd_send_signal", [pidfd, signal, 0, 0], ["ESRCH"]) === 0;
  } finally {
    rt.sys.close(pidfd);
  }
}

/**
 * Sends a signal to a container. SIGKILL to one without its own pid namespace goes to every process of its cgroup.
 * SPEC(runtime#kill) Throws WRONG_STATUS ("container not running") for a stopped one, unless `all` is set.
 */
export function kill(rt: Runtime, options: KillOptions): void {
  withContainer(rt, options.id, (found) => killFound(rt, found, options));
}

function killFound(rt: Runtime, { dir, state }: Found, options: KillOptions): void {
  const status = statusOf(rt, dir, state);
  const cgroup = cgroupOf(state);
  const everyone = options.signal === SIGKILL && !hasOwnPidNamespace(state);
  if (!canKill(status)) {
    if (everyone) killAll(rt.sys, cgroup);
    if (options.all) return;
    throw wrongStatus(`container not running: ${options.id} is ${status}`);
  }
  if (everyone) {
    killAll(rt.sys, cgroup);
    return;
  }
  if (!signalInit(rt, state, options.signal) && !options.all) {
    throw wrongStatus(`container not running: ${options.id} has just stopped`);
  }
  // KERNEL: on cgroup v1 a frozen process dies only once it is thawed.
  if (options.signal === SIGKILL && status === "paused") thaw(rt.sys, cgroup);
}

/** Stops every process of the container from running. Throws WRONG_STATUS unless it is running or created. */
export function pause(rt: Runtime, id: string): void {
  withContainer(rt, id, ({ dir, state }) => {
    const status = statusOf(rt, dir, state);
    const runs = status === "running" || status === "created";
    if (!runs) throw wrongStatus(`container not running: ${id} is ${status}`);
    freeze(rt.sys, cgroupOf(state));
  });
}

/** Lets a paused container run on. Throws WRONG_STATUS for any other. */
export function resume(rt: Runtime, id: string): void {
  withContainer(rt, id, ({ dir, state }) => {
    const status = statusOf(rt, dir, state);
    if (status !== "paused") throw wrongStatus(`container not paused: ${id} is ${status}`);
    thaw(rt.sys, cgroupOf(state));
  });
}
