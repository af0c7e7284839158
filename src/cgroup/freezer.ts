import type { Sys } from "../host/sys.ts";
import {
  cgroupError,
  keyedNumber,
  readCgroupFile,
  readOnce,
  withDirectory,
  writeCgroupFile,
} from "./directory.ts";
import { type CgroupDirectory, type CgroupRecord, unifiedDirectory } from "./record.ts";

const V2_WAIT_MS = 10_000;
const V2_POLL_MS = 10;
const V1_TRIES = 1000;
const V1_THAW_EVERY = 50;

/** The directory with the freezer: v1's where it is mounted, else the cgroup2 one. */
function freezerOf(record: CgroupRecord): CgroupDirectory | undefined {
  return (
    record.directories.find((entry) => entry.version === 1 && entry.controllers.includes("freezer")) ??
    unifiedDirectory(record.directories)
  );
}

/** The part of a record that isFrozen needs. */
export function freezerOnly(record: CgroupRecord): CgroupRecord {
  const directory = freezerOf(record);
  return { mode: record.mode, directories: directory === undefined ? [] : [directory] };
}

function v1State(sys: Sys, dir: number): string | undefined {
  return readCgroupFile(sys, dir, "freezer.state")?.trim();
}

/** True when the container's processes are frozen; false for cgroups that are gone. Read anew at every call. */
export function isFrozen(sys: Sys, record: CgroupRecord): boolean {
  const directory = freezerOf(record);
  if (directory === undefined) return false;
  const text = readOnce(sys, directory, directory.version === 1 ? "freezer.state" : "cgroup.events");
  if (directory.version === 1) return text === "FROZEN\n" || text === "FREEZING\n";
  return keyedNumber(text, "frozen") === 1;
}

/** KERNEL: a v1 freezer can hang in FREEZING on a task that just forks; thawing now and then gets it unstuck. */
function freezeV1(sys: Sys, dir: number): void {
  for (let i = 1; i <= V1_TRIES; i++) {
    if (i % V1_THAW_EVERY === 0) {
      sys.writeFile(dir, "freezer.state", "THAWED");
      sys.sleep(10);
    }
    sys.writeFile(dir, "freezer.state", "FROZEN");
    const state = v1State(sys, dir);
    if (state === "FROZEN") return;
    if (state !== "FREEZING")
      throw cgroupError(`unable to freeze: freezer.state reads ${state ?? "nothing"}`);
    sys.sleep(i < 10 ? 0 : 1);
  }
  sys.writeFile(dir, "freezer.state", "THAWED");
  throw cgroupError(`unable to freeze: freezer.state stayed FREEZING for ${V1_TRIES} tries`);
}

function waitV2(sys: Sys, dir: number, frozen: 0 | 1): void {
  for (let waited = 0; waited <= V2_WAIT_MS; waited += V2_POLL_MS) {
    const text = readCgroupFile(sys, dir, "cgroup.events");
    if (text === undefined || keyedNumber(text, "frozen") === frozen) return;
    sys.sleep(V2_POLL_MS);
  }
  const verb = frozen === 1 ? "freeze" : "thaw";
  if (frozen === 1) writeCgroupFile(sys, dir, "cgroup.freeze", "0");
  throw cgroupError(`unable to ${verb}: cgroup.events did not change within ${V2_WAIT_MS / 1000} s`);
}

/** Freezes every process of the container and waits until it is so. Throws CGROUP when it cannot be done. */
export function freeze(sys: Sys, record: CgroupRecord): void {
  const directory = freezerOf(record);
  if (directory === undefined)
    throw cgroupError("unable to freeze: the container has no cgroup with a freezer");
  const done = withDirectory(sys, directory, (dir) => {
    if (directory.version === 1) freezeV1(sys, dir);
    else if (!writeCgroupFile(sys, dir, "cgroup.freeze", "1")) {
      throw cgroupError("unable to freeze: the kernel has no cgroup.freeze");
    } else waitV2(sys, dir, 1);
    return true;
  });
  if (done === undefined) throw cgroupError("unable to freeze: the container's cgroup is gone");
}

/** Lets the container's processes go on; a cgroup or a freezer that does not exist is thawed already. */
export function thaw(sys: Sys, record: CgroupRecord): void {
  const directory = freezerOf(record);
  if (directory === undefined) return;
  withDirectory(sys, directory, (dir) => {
    if (directory.version === 1) writeCgroupFile(sys, dir, "freezer.state", "THAWED");
    else if (writeCgroupFile(sys, dir, "cgroup.freeze", "0")) waitV2(sys, dir, 0);
  });
}
