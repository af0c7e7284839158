import { utf8Length } from "../bytes/utf8.ts";
import { buf, goto, label, O, openAt2, RESOLVE, slot, str, sys, tolerate } from "../plan/build.ts";
import type { Call, ErrnoRule, Slot, SysCall } from "../plan/call.ts";
import type { CgroupDirectory } from "./record.ts";

/** No link is followed and nothing outside of the directory is reached. */
export const STRICT = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;

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
 * Calls that enable all controllers for the children of the v2 cgroup open in `parent`: in one write, and where that
 * is refused one by one, so that a controller which cannot be had does not take the others away.
 */
export function enableControllers(directory: CgroupDirectory, parent: Slot, depth: number): Call[] {
  if (directory.controllers.length === 0) return [];
  const fd: Slot = `cgroup.subtree.${depth}`;
  const [each, skip, done] = [`each.${depth}`, `skip.${depth}`, `enabled.${depth}`];
  return [
    openAt2(parent, "cgroup.subtree_control", O.WRONLY, STRICT, {
      into: fd,
      tolerate: rules(NO_CONTROL, skip),
    }),
    writeText(fd, directory.controllers.map((name) => `+${name}`).join(" "), rules(NOT_ENABLED, each)),
    goto(done),
    label(each),
    ...directory.controllers.map((name) => writeText(fd, `+${name}`, rules(NOT_ENABLED))),
    label(done),
    sys("close", [slot(fd)]),
    label(skip),
  ];
}

/** More than the longest list of CPUs that a kernel prints for a machine of a few thousand. */
const CPUSET_SIZE = 16384;

/**
 * Calls that give the v1 cpuset open in `here` its parent's CPUs and memory nodes where it has none; without both it
 * cannot hold a process.
 */
export function inheritCpuset(parent: Slot, here: Slot, depth: number): Call[] {
  return ["cpuset.cpus", "cpuset.mems"].flatMap((file): Call[] => {
    const at = `${file}.${depth}`;
    const [from, own, to]: [Slot, Slot, Slot] = [`${at}.parent`, `${at}.own`, `${at}.write`];
    const read = (fd: Slot, into: Slot): Call =>
      sys("read", [slot(fd), buf("cpuset.text", CPUSET_SIZE), CPUSET_SIZE], { into });
    return [
      openAt2(here, file, O.RDONLY, STRICT, { into: own }),
      read(own, `${own}.length`),
      sys("close", [slot(own)]),
      // An empty set reads as a lone newline.
      { op: "branch", slot: `${own}.length`, equals: 1, to: `${at}.empty` },
      goto(`${at}.done`),
      label(`${at}.empty`),
      openAt2(parent, file, O.RDONLY, STRICT, { into: from }),
      read(from, `${from}.length`),
      sys("close", [slot(from)]),
      openAt2(here, file, O.WRONLY, STRICT, { into: to }),
      sys("write", [slot(to), buf("cpuset.text", CPUSET_SIZE), slot(`${from}.length`)]),
      sys("close", [slot(to)]),
      label(`${at}.done`),
    ];
  });
}
