import type { Sys } from "../host/sys.ts";
import { AT_FDCWD } from "../plan/build.ts";
import { cgroupError, childNames, openChild, readPids, withMount } from "./directory.ts";
import { type CgroupDirectory, type CgroupRecord, processDirectory } from "./record.ts";

const TRIES = 10;
const EBUSY = -16;

/** Removes what is below an open cgroup, deepest first. */
function removeChildren(sys: Sys, parent: number, path: string, tries: number): void {
  const dir = openChild(sys, parent, path);
  if (dir === undefined) return;
  try {
    for (const name of childNames(sys, dir)) removeTree(sys, dir, name, tries);
  } finally {
    sys.close(dir);
  }
}

/**
 * Removes one cgroup with everything below it. KERNEL: rmdir gives EBUSY while a process that was killed is not yet
 * reaped, which takes some milliseconds; so it is tried again, waiting twice as long each time.
 */
function removeTree(sys: Sys, parent: number, path: string, tries: number): void {
  let wait = 1;
  for (let i = 1; ; i++) {
    const result = sys.rmdirat(parent, path, ["ENOENT", "EBUSY"]);
    if (result !== EBUSY) return;
    if (i > tries) break;
    // On the first failure there may be cgroups below it, which removing takes no time.
    removeChildren(sys, parent, path, tries);
    if (i > 1) {
      sys.sleep(wait);
      wait *= 2;
    }
  }
  throw busy(sys, parent, path);
}

function busy(sys: Sys, parent: number, path: string): Error {
  const dir = openChild(sys, parent, path);
  const pids = dir === undefined ? [] : readPids(sys, dir, true);
  if (dir !== undefined) sys.close(dir);
  return cgroupError(
    `${path}: EBUSY: still holds ${pids.length === 0 ? "dying processes" : `processes ${pids.slice(0, 8).join(", ")}`}`,
  );
}

/** What rmdir(2) of a cgroup gives that is more than a matter of removing an empty one. */
const UNFINISHED = [
  "ENOENT",
  "ENOTDIR",
  "EBUSY",
  "ENOTEMPTY",
  "EACCES",
  "EPERM",
  "EROFS",
  "ELOOP",
  "ENODEV",
  "ENAMETOOLONG",
];

/**
 * Removes the directory in one call if that is all there is to do; false otherwise, and then nothing has happened.
 * There is no need to look at the filesystem first: an ordinary directory is only removed if it is empty, and for one
 * that is not there the answer is false.
 */
function removeEmpty(sys: Sys, { mount, path }: CgroupDirectory): boolean {
  return sys.rmdirat(AT_FDCWD, `${mount}/${path}`, UNFINISHED) === 0;
}

/**
 * Removes the cgroups of a container that has ended, beginning with the one that would tell of processes left. False as
 * soon as one cannot simply be removed: `remove` and `killAll` do the rest.
 */
export function removeUnused(sys: Sys, record: CgroupRecord): boolean {
  const first = processDirectory(record);
  if (first === undefined) return true;
  const others = record.directories.filter((entry) => entry !== first);
  return [first, ...others].every((directory) => removeEmpty(sys, directory));
}

/** Removes the container's directory of one hierarchy; its parents stay, whoever made them. */
function removeDirectory(sys: Sys, directory: CgroupDirectory, tries: number): void {
  try {
    withMount(sys, directory, (mount) => {
      const slash = directory.path.lastIndexOf("/");
      if (slash < 0) return removeTree(sys, mount, directory.path, tries);
      const parent = openChild(sys, mount, directory.path.slice(0, slash));
      if (parent === undefined) return;
      try {
        removeTree(sys, parent, directory.path.slice(slash + 1), tries);
      } finally {
        sys.close(parent);
      }
    });
  } catch (error) {
    throw cgroupError(`unable to remove container's cgroup: ${directory.mount}/${directory.path}`, error);
  }
}

/**
 * Removes the container's cgroups in every hierarchy with all that is below them; what is gone already is fine.
 * Every hierarchy is tried; then the first failure is thrown (CGROUP).
 */
export function remove(sys: Sys, record: CgroupRecord): void {
  const failures: unknown[] = [];
  for (const directory of record.directories) {
    try {
      // A process that did not die while the first hierarchy was tried will not die for the others.
      removeDirectory(sys, directory, failures.length === 0 ? TRIES : 1);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
