import type { HostFacts } from "../host/facts.ts";
import { O, slot, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { openCgroup, openCgroupFile, placeOf } from "./cgroup-file.ts";
import type { CgroupDirectory } from "./record.ts";

/** How a process gets into the cgroups. */
export type CgroupJoin =
  /** Born there: Spawn.cgroup is the slot "cgroup.dir" (pure v2). */
  | "into"
  /** The parent moves it there once it is born (v1 and hybrid). */
  | "procs"
  /** It stays in the caller's cgroups. */
  | "none";

/** Pure v2: opens the only directory into the slot "cgroup.dir", for the child to be born there. */
export function openBirthplace(
  directories: readonly CgroupDirectory[],
  arch: HostFacts["arch"],
  from: string,
): Step {
  const calls = [openCgroup(placeOf(directories, 0), arch, "cgroup.dir")];
  return { kind: "cgroup", from, title: "open the cgroup for joining", calls };
}

/** KERNEL: cgroup.procs reads a number up to the first NUL; no pid has more than seven digits. */
const PID_SIZE = 8;

/**
 * Writes the child, slot "init.pid", into the cgroup.procs of every directory. The parent does it, because in a new user
 * namespace the child has no rights to the files; and while it makes the cgroups, the child can work on other things.
 */
export function joinProcs(directories: readonly CgroupDirectory[], from: string): Step {
  const calls = directories.flatMap((_, i): Call[] => {
    const into: Slot = `cgroup.procs.${i}`;
    return [
      openCgroupFile(placeOf(directories, i), "cgroup.procs", O.WRONLY, { into }),
      sys("write", [slot(into), { text: [slot("init.pid")] }, PID_SIZE], { expect: PID_SIZE }),
    ];
  });
  return { kind: "cgroup", from, title: "move init into the cgroups", calls };
}
