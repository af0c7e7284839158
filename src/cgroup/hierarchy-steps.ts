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
  openAt2,
  openHow,
  slot,
  str,
  sys,
  tolerate,
} from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { enableControllers, inheritCpuset, STRICT } from "./level-calls.ts";
import type { CgroupDirectory } from "./record.ts";

/** f_type of statfs(2). */
export const CGROUP_MAGIC = { 1: 0x27e0eb, 2: 0x63677270 } as const;

type Arch = HostFacts["arch"];

/** Slot of the container's directory number `index`; the only one of pure v2 is called "cgroup.dir". */
export function directorySlot(directories: readonly CgroupDirectory[], index: number): Slot {
  return directories.every((entry) => entry.version === 2) ? "cgroup.dir" : `cgroup.dir.${index}`;
}

export function mountSlot(index: number): Slot {
  return `cgroup.mount.${index}`;
}

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

/** One step that opens the mounts of all hierarchies. */
export function openHierarchies(directories: readonly CgroupDirectory[], arch: Arch, from: string): Step {
  const calls = directories.flatMap((directory, i) => openMount(directory, mountSlot(i), arch));
  return { kind: "open", from, title: "open the cgroup hierarchies", calls };
}

const NOT_EMPTY = "container's cgroup is not empty";
const FROZEN = "container's cgroup unexpectedly frozen";
const IS_NEW = "the cgroup does not exist yet";
const CODE_0 = 0x30;
const CODE_T = 0x54;

/** cgroup.events reads "populated 0\nfrozen 0\n"; populated counts the cgroups below, too. */
function checkUnifiedUnused(directory: CgroupDirectory, i: number): Call[] {
  const [mount, fd]: [Slot, Slot] = [`cgroup.check.${i}`, `cgroup.events.${i}`];
  const bytes = "cgroup.events.text";
  const [populated, frozen]: [Slot, Slot] = [`cgroup.populated.${i}`, `cgroup.frozen.${i}`];
  return [
    openAt2(mount, `${directory.path}/cgroup.events`, O.RDONLY, STRICT, {
      into: fd,
      tolerate: [tolerate("ENOENT", IS_NEW, `new.${i}`)],
    }),
    sys("read", [slot(fd), buf(bytes, 64), 64], {
      load: [
        load(populated, bytes, "populated ".length, 1),
        load(frozen, bytes, "populated 0\nfrozen ".length, 1),
      ],
    }),
    sys("close", [slot(fd)]),
    assert({ slot: populated, equals: CODE_0, errno: "EBUSY", why: NOT_EMPTY }),
    assert({ slot: frozen, equals: CODE_0, errno: "EBUSY", why: FROZEN }),
  ];
}

/** A v1 cgroup is unused when its cgroup.procs is empty and its freezer.state, if any, says THAWED. */
function checkV1Unused(directory: CgroupDirectory, i: number): Call[] {
  const isNew = [tolerate("ENOENT", IS_NEW, `new.${i}`)];
  const [mount, procs, length]: [Slot, Slot, Slot] = [
    `cgroup.check.${i}`,
    `cgroup.used.${i}`,
    `cgroup.used.length.${i}`,
  ];
  const calls: Call[] = [
    openAt2(mount, `${directory.path}/cgroup.procs`, O.RDONLY, STRICT, {
      into: procs,
      tolerate: isNew,
    }),
    sys("read", [slot(procs), buf("cgroup.used.text", 64), 64], { into: length }),
    sys("close", [slot(procs)]),
    assert({ slot: length, equals: 0, errno: "EBUSY", why: NOT_EMPTY }),
  ];
  if (directory.controllers.includes("freezer")) {
    const [fd, letter]: [Slot, Slot] = [`cgroup.freezer.${i}`, `cgroup.freezer.letter.${i}`];
    calls.push(
      openAt2(mount, `${directory.path}/freezer.state`, O.RDONLY, STRICT, { into: fd }),
      sys("read", [slot(fd), buf("cgroup.used.text", 64), 64], {
        load: [load(letter, "cgroup.used.text", 0, 1)],
      }),
      sys("close", [slot(fd)]),
      assert({ slot: letter, equals: CODE_T, errno: "EBUSY", why: FROZEN }),
    );
  }
  return calls;
}

/**
 * One step that refuses cgroups in use. It comes before anything is recorded as the container's, because what is
 * recorded gets killed and removed when the creation fails. It leaves nothing open.
 */
export function refuseUsed(directories: readonly CgroupDirectory[], arch: Arch, from: string): Step {
  const calls = directories.flatMap((directory, i): Call[] => {
    const mount: Slot = `cgroup.check.${i}`;
    const check = directory.version === 2 ? checkUnifiedUnused : checkV1Unused;
    return [
      ...openMount(directory, mount, arch),
      ...check(directory, i),
      label(`new.${i}`),
      sys("close", [slot(mount)]),
    ];
  });
  return { kind: "cgroup", from, title: "refuse a cgroup that is in use or frozen", calls };
}

/**
 * Makes one directory level by level and leaves it open (O_PATH) in its slot; the mount is closed. On v2 every level
 * above gets all controllers, on v1 every level of cpuset gets its parent's CPUs and memory nodes.
 */
export function createDirectory(
  directories: readonly CgroupDirectory[],
  index: number,
  arch: Arch,
  from: string,
): Step {
  const directory = directories[index] as CgroupDirectory;
  const names = directory.path.split("/");
  const calls: Call[] = [];
  let parent = mountSlot(index);
  names.forEach((name, depth) => {
    const last = depth === names.length - 1;
    const here = last ? directorySlot(directories, index) : `cgroup.level.${index}.${depth}`;
    if (directory.version === 2) calls.push(...enableControllers(directory, parent, depth));
    calls.push(
      sys("mkdirat", [slot(parent), str(name), 0o755], {
        tolerate: [tolerate("EEXIST", "the cgroup exists already and is used as it is")],
      }),
      openAt2(parent, name, O.PATH | archFlags(arch).DIRECTORY, STRICT, { into: here }),
    );
    if (directory.version === 1 && directory.controllers.includes("cpuset")) {
      calls.push(...inheritCpuset(parent, here, depth));
    }
    calls.push(sys("close", [slot(parent)]));
    parent = here;
  });
  return { kind: "cgroup", from, title: `create ${directoryName(directory)}`, calls };
}
