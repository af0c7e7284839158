import type { HostFacts } from "../host/facts.ts";
import {
  AT_FDCWD,
  archFlags,
  assert,
  buf,
  label,
  load,
  O,
  OPEN_HOW_SIZE,
  openHow,
  slot,
  str,
  sys,
  tolerate,
} from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { type CgroupPlace, mountSlot, openCgroupFile, placeOf } from "./cgroup-file.ts";
import { enableControllers, inheritCpuset } from "./level-calls.ts";
import type { CgroupDirectory } from "./record.ts";

/** f_type of statfs(2). */
export const CGROUP_MAGIC = { 1: 0x27e0eb, 2: 0x63677270 } as const;

type Arch = HostFacts["arch"];

/** How people name a directory: "cgroup memory:/docker/01" or "cgroup /docker/01" (v2). */
export function directoryName(directory: CgroupDirectory): string {
  const prefix = directory.version === 2 ? "" : `${directory.controllers.join(",")}:`;
  return `cgroup ${prefix}/${directory.path}`;
}

/** Opens the mount of a hierarchy into `into` and makes sure that a cgroup filesystem is what is there. */
export function openMount(directory: CgroupDirectory, into: Slot, arch: Arch): Call[] {
  const flags = O.PATH | O.CLOEXEC | archFlags(arch).DIRECTORY;
  const type: Slot = `${into}.type`;
  return [
    sys("openat2", [AT_FDCWD, str(directory.mount), openHow(flags, 0), OPEN_HOW_SIZE], { into }),
    sys("fstatfs", [slot(into), buf("cgroup.statfs", 120)], { load: [load(type, "cgroup.statfs", 0, 8)] }),
    assert({
      slot: type,
      equals: CGROUP_MAGIC[directory.version],
      errno: "ENODEV",
      why: `${directory.mount} is no cgroup${directory.version === 2 ? "2" : ""} filesystem`,
    }),
  ];
}

const NOT_EMPTY = "container's cgroup is not empty";
const FROZEN = "container's cgroup unexpectedly frozen";
const IS_NEW = "the cgroup does not exist yet";
const CODE_0 = 0x30;
const CODE_T = 0x54;

/** cgroup.events reads "populated 0\nfrozen 0\n"; populated counts the cgroups below, too. */
function checkUnifiedUnused(place: CgroupPlace, i: number): Call[] {
  const fd: Slot = `cgroup.events.${i}`;
  const bytes = "cgroup.events.text";
  const [populated, frozen]: [Slot, Slot] = [`cgroup.populated.${i}`, `cgroup.frozen.${i}`];
  return [
    openCgroupFile(place, "cgroup.events", O.RDONLY, {
      into: fd,
      tolerate: [tolerate("ENOENT", IS_NEW, `new.${i}`)],
    }),
    sys("read", [slot(fd), buf(bytes, 64), 64], {
      load: [
        load(populated, bytes, "populated ".length, 1),
        load(frozen, bytes, "populated 0\nfrozen ".length, 1),
      ],
    }),
    assert({ slot: populated, equals: CODE_0, errno: "EBUSY", why: NOT_EMPTY }),
    assert({ slot: frozen, equals: CODE_0, errno: "EBUSY", why: FROZEN }),
  ];
}

/** A v1 cgroup is unused when its cgroup.procs is empty and its freezer.state, if any, says THAWED. */
function checkV1Unused(place: CgroupPlace, i: number, hasFreezer: boolean): Call[] {
  const [procs, length]: [Slot, Slot] = [`cgroup.used.${i}`, `cgroup.used.length.${i}`];
  const calls: Call[] = [
    openCgroupFile(place, "cgroup.procs", O.RDONLY, {
      into: procs,
      tolerate: [tolerate("ENOENT", IS_NEW, `new.${i}`)],
    }),
    sys("read", [slot(procs), buf("cgroup.used.text", 64), 64], { into: length }),
    assert({ slot: length, equals: 0, errno: "EBUSY", why: NOT_EMPTY }),
  ];
  if (hasFreezer) {
    const [fd, letter]: [Slot, Slot] = [`cgroup.freezer.${i}`, `cgroup.freezer.letter.${i}`];
    calls.push(
      openCgroupFile(place, "freezer.state", O.RDONLY, { into: fd }),
      sys("read", [slot(fd), buf("cgroup.used.text", 64), 64], {
        load: [load(letter, "cgroup.used.text", 0, 1)],
      }),
      assert({ slot: letter, equals: CODE_T, errno: "EBUSY", why: FROZEN }),
    );
  }
  return calls;
}

/**
 * One step that opens the mount of every hierarchy, which stays open, and refuses cgroups in use. It comes before
 * anything is recorded as the container's, because what is recorded gets killed and removed when the creation fails.
 */
export function refuseUsed(directories: readonly CgroupDirectory[], arch: Arch, from: string): Step {
  const calls = directories.flatMap((directory, i): Call[] => {
    const place = placeOf(directories, i);
    const check =
      directory.version === 2
        ? checkUnifiedUnused(place, i)
        : checkV1Unused(place, i, directory.controllers.includes("freezer"));
    return [...openMount(directory, place.mount, arch), ...check, label(`new.${i}`)];
  });
  return { kind: "cgroup", from, title: "refuse a cgroup that is in use or frozen", calls };
}

/**
 * Makes one directory level by level. On v2 every level above gets all controllers, on v1 every level of cpuset gets its
 * parent's CPUs and memory nodes.
 */
export function createDirectory(directories: readonly CgroupDirectory[], index: number, from: string): Step {
  const directory = directories[index] as CgroupDirectory;
  const mount = mountSlot(index);
  const isCpuset = directory.version === 1 && directory.controllers.includes("cpuset");
  const calls: Call[] = [];
  let parent = "";
  directory.path.split("/").forEach((name, depth) => {
    const here = depth === 0 ? name : `${parent}/${name}`;
    if (directory.version === 2) calls.push(...enableControllers(directory, { mount, path: parent }, depth));
    calls.push(
      sys("mkdirat", [slot(mount), str(here), 0o755], {
        tolerate: [tolerate("EEXIST", "the cgroup exists already and is used as it is")],
      }),
    );
    if (isCpuset) calls.push(...inheritCpuset({ mount, path: parent }, { mount, path: here }, depth));
    parent = here;
  });
  return { kind: "cgroup", from, title: `create ${directoryName(directory)}`, calls };
}
