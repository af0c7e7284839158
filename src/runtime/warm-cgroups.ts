import { type Carried, carry, slotValue } from "../host/carry.ts";
import type { HostFacts } from "../host/facts.ts";
import { O, str, sys } from "../plan/build.ts";
import type { Runtime } from "./context.ts";
import { waitPidfd } from "./wait.ts";

const CGROUP_PROCS = "cgroup.procs";
/** What stands in the way of a cgroup file that is not the caller's to write. */
const REFUSED = ["EACCES", "EPERM", "EROFS", "ENOENT"];

/** A child that waits for the kernel while runt goes on. */
export interface Warmup {
  /** Waits until it is done, and reaps it. May be called twice. */
  end(): void;
}

/** Nothing to wait for. */
export const NO_WARMUP: Warmup = { end() {} };

/**
 * Makes the kernel ready for moving processes between cgroups while runt reads and compiles.
 * KERNEL: the first move after a pause waits for a grace period of RCU (cgroup_threadgroup_rwsem), 5 to 15 ms; moves
 * soon after it do not. A short-lived child asks to be moved to the v1 cgroup that it is in, which changes nothing and
 * takes that wait upon itself. On pure cgroup2 processes are born in their cgroup, and nothing is needed.
 */
export function warmCgroups(rt: Runtime, facts: HostFacts): Warmup {
  const hierarchy = facts.cgroup.v1[0];
  if (hierarchy === undefined) return NO_WARMUP;
  const path = `${hierarchy.mount}${hierarchy.own}/${CGROUP_PROCS}`;
  const fd = rt.sys.open(path, O.WRONLY, 0, REFUSED);
  if (fd < 0) return NO_WARMUP;
  const carried = carry(
    rt.host,
    [
      {
        op: "spawn",
        flags: 0,
        into: "child",
        pidfd: "child.pidfd",
        child: [sys("write", [fd, str("0"), 1]), sys("exit_group", [0])],
      },
      // KERNEL: a new process first waits for its turn on the processor of its parent, up to 3 ms.
      sys("sched_yield", []),
    ],
    new Map(),
  );
  rt.sys.close(fd);
  return slotValue(carried, "child.pidfd") < 0 ? NO_WARMUP : awaited(rt, carried);
}

/** The child works in the memory of `carried`, which stays referenced until its end. */
function awaited(rt: Runtime, carried: Carried): Warmup {
  const pidfd = slotValue(carried, "child.pidfd");
  let memory: Carried | undefined = carried;
  return {
    end() {
      if (memory === undefined) return;
      memory = undefined;
      waitPidfd(rt, pidfd, true);
      rt.sys.close(pidfd);
    },
  };
}
