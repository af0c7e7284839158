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
import { patterned, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { fileOf, mountSlot, STRICT } from "./cgroup-file.ts";
import { CPUSET_FILES, enableControllers, inheritCpuset } from "./level-calls.ts";
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
export function openMount(mount: string, version: 1 | 2, into: Slot, arch: Arch): Call[] {
  const flags = O.PATH | O.CLOEXEC | archFlags(arch).DIRECTORY;
  return [
    sys("openat2", [AT_FDCWD, str(mount), openHow(flags, 0), OPEN_HOW_SIZE], { into }),
    sys("fstatfs", [slot(into), buf("cgroup.statfs", 120)], {
      load: [load("cgroup.type", "cgroup.statfs", 0, 8)],
    }),
    assert({
      slot: "cgroup.type",
      equals: CGROUP_MAGIC[version],
      errno: "ENODEV",
      why: `${mount} is no cgroup${version === 2 ? "2" : ""} filesystem`,
    }),
  ];
}

const NOT_EMPTY = "container's cgroup is not empty";
const FROZEN = "container's cgroup unexpectedly frozen";
const CODE_0 = 0x30;
const CODE_T = 0x54;

/** Opens a file that shows how the cgroup is used into "cgroup.used"; one that is not there yet is "unused". */
function openUse(mount: Slot, path: string): Call {
  const isNew = tolerate("ENOENT", "the cgroup does not exist yet", "unused");
  return openAt2(mount, path, O.RDONLY, STRICT, { into: "cgroup.used", tolerate: [isNew] });
}

const CLOSE_USE = sys("close", [slot("cgroup.used")]);

/** cgroup.events reads "populated 0\nfrozen 0\n"; populated counts the cgroups below, too. */
function checkUnifiedUnused(mount: Slot, events: string): Call[] {
  const bytes = "cgroup.used.text";
  return [
    openUse(mount, events),
    sys("read", [slot("cgroup.used"), buf(bytes, 64), 64], {
      load: [
        load("cgroup.populated", bytes, "populated ".length, 1),
        load("cgroup.frozen", bytes, "populated 0\nfrozen ".length, 1),
      ],
    }),
    CLOSE_USE,
    assert({ slot: "cgroup.populated", equals: CODE_0, errno: "EBUSY", why: NOT_EMPTY }),
    assert({ slot: "cgroup.frozen", equals: CODE_0, errno: "EBUSY", why: FROZEN }),
  ];
}

/** A v1 cgroup is unused when its cgroup.procs is empty and its freezer.state, if any, says THAWED. */
function checkV1Unused(mount: Slot, procs: string, freezer: string | undefined): Call[] {
  const read = (more: Parameters<typeof sys>[2]): Call =>
    sys("read", [slot("cgroup.used"), buf("cgroup.used.text", 64), 64], more);
  const calls: Call[] = [
    openUse(mount, procs),
    read({ into: "cgroup.used.length" }),
    CLOSE_USE,
    assert({ slot: "cgroup.used.length", equals: 0, errno: "EBUSY", why: NOT_EMPTY }),
  ];
  if (freezer === undefined) return calls;
  return [
    ...calls,
    openUse(mount, freezer),
    read({ load: [load("cgroup.frozen", "cgroup.used.text", 0, 1)] }),
    CLOSE_USE,
    assert({ slot: "cgroup.frozen", equals: CODE_T, errno: "EBUSY", why: FROZEN }),
  ];
}

/**
 * Steps that open the mount of every hierarchy, which stays open, and refuse cgroups in use. They come before anything is
 * recorded as the container's, because what is recorded gets killed and removed when the creation fails.
 */
export function refuseUsed(directories: readonly CgroupDirectory[], arch: Arch, from: string): Step[] {
  return directories.map((directory, i) => {
    const { version, controllers, mount, path } = directory;
    const files = version === 2 ? ["cgroup.events"] : ["cgroup.procs"];
    if (version === 1 && controllers.includes("freezer")) files.push("freezer.state");
    const texts = [directoryName(directory), mount, mountSlot(i), ...files.map((file) => fileOf(path, file))];
    return patterned(from, "refuse used", texts, refuseUsedStep, version, arch, files.length);
  });
}

function refuseUsedStep(version: 1 | 2, arch: Arch, _files: number, texts: readonly string[]): StepBody {
  const [name, mount, fd, use, freezer] = texts as [string, string, Slot, string, string | undefined];
  const check = version === 2 ? checkUnifiedUnused(fd, use) : checkV1Unused(fd, use, freezer);
  return {
    kind: "cgroup",
    title: `refuse ${name} if it is in use or frozen`,
    calls: [...openMount(mount, version, fd, arch), ...check, label("unused")],
  };
}

const IS_THERE = tolerate("EEXIST", "the cgroup exists already and is used as it is");

function makeLevel(mount: Slot, path: string): Call {
  return sys("mkdirat", [slot(mount), str(path), 0o755], { tolerate: [IS_THERE] });
}

/** The paths of a directory's levels, from the top. */
function levelsOf(path: string): string[] {
  const names = path.split("/");
  return names.map((_, depth) => names.slice(0, depth + 1).join("/"));
}

/**
 * Makes one directory level by level. On v2 every level above gets all controllers, on v1 every level of cpuset gets its
 * parent's CPUs and memory nodes.
 */
export function createDirectory(directories: readonly CgroupDirectory[], index: number, from: string): Step {
  const directory = directories[index] as CgroupDirectory;
  const mount = mountSlot(index);
  const levels = levelsOf(directory.path);
  const title = `create ${directoryName(directory)}`;
  if (directory.version === 2) {
    const calls = levels.flatMap((here, depth) => [
      ...enableControllers(directory, { mount, path: levels[depth - 1] ?? "" }, depth),
      makeLevel(mount, here),
    ]);
    return { kind: "cgroup", from, title, calls };
  }
  if (!directory.controllers.includes("cpuset")) {
    return patterned(from, "create", [title, mount, ...levels], createPlainStep, levels.length);
  }
  const files = ["", ...levels].flatMap((level) => CPUSET_FILES.map((file) => fileOf(level, file)));
  return patterned(
    from,
    "create cpuset",
    [title, mount, ...levels, ...files],
    createCpusetStep,
    levels.length,
  );
}

function createPlainStep(_levels: number, texts: readonly string[]): StepBody {
  const [title, mount, ...levels] = texts as [string, Slot, ...string[]];
  return { kind: "cgroup", title, calls: levels.map((level) => makeLevel(mount, level)) };
}

function createCpusetStep(count: number, texts: readonly string[]): StepBody {
  const [title, mount] = texts as [string, Slot];
  const levels = texts.slice(2, 2 + count);
  const files = texts.slice(2 + count);
  const width = CPUSET_FILES.length;
  const calls = levels.flatMap((level, depth) => [
    makeLevel(mount, level),
    ...CPUSET_FILES.flatMap((file, i) => {
      const [parent, here] = [files[width * depth + i], files[width * (depth + 1) + i]] as [string, string];
      return inheritCpuset(mount, parent, here, `${file}.${depth}`);
    }),
  ]);
  return { kind: "cgroup", title, calls };
}
