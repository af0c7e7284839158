import { utf8Length } from "../bytes/utf8.ts";
import { buf, goto, label, O, openAt2, slot, str, sys, tolerate } from "../plan/build.ts";
import type { Call, ErrnoRule, Slot, SysCall } from "../plan/call.ts";
import { type CgroupPlace, openCgroupFile, STRICT } from "./cgroup-file.ts";
import type { CgroupDirectory } from "./record.ts";

/** One write(2) of `text` that has to be taken whole. */
export function writeText(fd: Slot, text: string, tolerated: readonly ErrnoRule[] = []): SysCall {
  const length = utf8Length(text);
  return sys("write", [slot(fd), str(text), length], { expect: length, tolerate: tolerated });
}

/** Why a cgroup's controllers cannot be changed at all, and why one cannot be had; a limit that needs it says so. */
const NO_CONTROL: readonly [string, string][] = [
  ["EPERM", "the cgroup is not delegated to the caller"],
  ["EACCES", "the cgroup is not delegated to the caller"],
  ["EROFS", "the cgroup filesystem is read-only"],
];
const NOT_ENABLED: readonly [string, string][] = [
  ["EBUSY", "the cgroup holds processes itself"],
  ["ENOENT", "the cgroup does not have the controller"],
  ["EINVAL", "processes with realtime priority forbid it"],
  ["ENOTSUP", "the cgroup is threaded"],
];

function rules(reasons: readonly [string, string][], to?: string): ErrnoRule[] {
  return reasons.map(([errno, why]) => tolerate(errno, why, to));
}

/**
 * Calls that enable all controllers for the children of the v2 cgroup `parent`: in one write, and where that
 * is refused one by one, so that a controller which cannot be had does not take the others away.
 */
export function enableControllers(directory: CgroupDirectory, parent: CgroupPlace, depth: number): Call[] {
  if (directory.controllers.length === 0) return [];
  const fd: Slot = `cgroup.subtree.${depth}`;
  const [each, done] = [`each.${depth}`, `enabled.${depth}`];
  return [
    openCgroupFile(parent, "cgroup.subtree_control", O.WRONLY, {
      into: fd,
      tolerate: rules(NO_CONTROL, done),
    }),
    writeText(fd, directory.controllers.map((name) => `+${name}`).join(" "), rules(NOT_ENABLED, each)),
    goto(done),
    label(each),
    ...directory.controllers.map((name) => writeText(fd, `+${name}`, rules(NOT_ENABLED))),
    label(done),
  ];
}

/** More than the longest list of CPUs that a kernel prints for a machine of a few thousand. */
const CPUSET_SIZE = 16384;

/** What a v1 cpuset has to be given before it can hold a process. */
export const CPUSET_FILES = ["cpuset.cpus", "cpuset.mems"] as const;

/**
 * Calls that copy the file `parent` to the file `here`, both below the open `mount`, where that holds an empty set. `at`
 * makes the labels their own.
 */
export function inheritCpuset(mount: Slot, parent: string, here: string, at: string): Call[] {
  const [done, empty] = [`${at}.done`, `${at}.empty`];
  const open = (path: string, flags: number): Call =>
    openAt2(mount, path, flags, STRICT, { into: "cpuset.fd" });
  const read = sys("read", [slot("cpuset.fd"), buf("cpuset.text", CPUSET_SIZE), CPUSET_SIZE], {
    into: "cpuset.length",
  });
  const close = sys("close", [slot("cpuset.fd")]);
  return [
    open(here, O.RDONLY),
    read,
    close,
    // An empty set reads as a lone newline.
    { op: "branch", slot: "cpuset.length", equals: 1, to: empty },
    goto(done),
    label(empty),
    open(parent, O.RDONLY),
    read,
    close,
    open(here, O.WRONLY),
    sys("write", [slot("cpuset.fd"), buf("cpuset.text", CPUSET_SIZE), slot("cpuset.length")]),
    close,
    label(done),
  ];
}
