import type { HostFacts } from "../host/facts.ts";
import { O } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { openCgroup, openCgroupFile, placeOf } from "./cgroup-file.ts";
import { writeText } from "./level-calls.ts";
import type { CgroupDirectory } from "./record.ts";

/** How a process gets into the cgroups. */
export type CgroupJoin =
  /** Born there: Spawn.cgroup is the slot "cgroup.dir" (pure v2). */
  | "into"
  /** It writes itself into inherited fds of cgroup.procs, as its first deed (v1 and hybrid). */
  | "procs"
  /** It stays in the caller's cgroups. */
  | "none";

/** Slot with the cgroup.procs of directory number `index`, open for writing. */
export function procsSlot(index: number): Slot {
  return `cgroup.procs.${index}`;
}

/** All cgroup.procs slots: the imports of the init list. */
export function procsSlots(directories: readonly CgroupDirectory[]): Slot[] {
  return directories.map((_, i) => procsSlot(i));
}

/** Pure v2: opens the only directory into the slot "cgroup.dir", for the child to be born there. */
export function openBirthplace(
  directories: readonly CgroupDirectory[],
  arch: HostFacts["arch"],
  from: string,
): Step {
  const calls = [openCgroup(placeOf(directories, 0), arch, "cgroup.dir")];
  return { kind: "cgroup", from, title: "open the cgroup for joining", calls };
}

/** Opens every cgroup.procs for the child to inherit. */
export function openProcs(directories: readonly CgroupDirectory[], from: string): Step {
  const calls = directories.map((_, i) =>
    openCgroupFile(placeOf(directories, i), "cgroup.procs", O.WRONLY, { into: procsSlot(i) }),
  );
  return { kind: "cgroup", from, title: "open the cgroups for joining", calls };
}

/**
 * What the child does: it writes "0", itself, into every cgroup. The kernel checks the permission of whoever opened
 * the file, so a child without rights may do it; and "0" needs no number to be printed. The fds stay open until init
 * closes all at once that the user's program may not have.
 */
export function joinProcs(directories: readonly CgroupDirectory[], from: string): Step {
  const calls = directories.map((_, i) => writeText(procsSlot(i), "0"));
  return { kind: "cgroup", from, title: "join the cgroups", calls };
}
