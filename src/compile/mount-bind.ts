import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import { AT_EMPTY_PATH, buf, load, O, openAt2, slot, str, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import { patterned, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { PROPAGATION } from "../tables/mount-options.ts";
import { userNamespaceOf } from "./input.ts";
import { attachMount, cloneHostMount, closeAll, setMount } from "./mount-calls.ts";
import type { MountOptions } from "./mount-options.ts";
import { attributeCalls, destinationOf, type OneMount, propagationCalls, SLAVE } from "./mount-target.ts";
import type { CompiledMount } from "./mounts.ts";
import {
  IN_ROOT,
  inRoot,
  makeFile,
  openOrMakeDirectory,
  openOrMakeName,
  pathNames,
  splitPath,
} from "./paths.ts";
import { isShared } from "./rootfs.ts";

const STATX_TYPE = 1;
const STATX_MODE = 28;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** SPEC(config#mounts): a relative source starts at the bundle. */
function sourceOf(one: OneMount): string {
  const { source } = one.mount;
  if (source === undefined || source === "") {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: `mounts[${one.index}]: a bind mount on ${destinationOf(one.mount)} has no source`,
      pointer: `${one.pointer}/source`,
      hint: "name the file or folder of the host",
    });
  }
  return source.startsWith("/") ? source : `${one.input.bundle}/${source}`;
}

/**
 * Opens the target; one that is missing is made as what the source is: a directory, or a file for everything else. What
 * is there and is the other of the two is refused by move_mount(2).
 */
function openTarget(arch: HostFacts["arch"], names: readonly string[]): Call[] {
  const path = names.join("/");
  const inDirectory = names.length > 1;
  const above = inDirectory ? "mount.parent" : "rootfs.fd";
  return [
    openAt2("rootfs.fd", inRoot(path), O.PATH, IN_ROOT, {
      into: "mount.target",
      tolerate: [{ errno: "ENOENT", why: "the image lacks it", to: "make" }],
    }),
    { op: "goto", to: "target" },
    { op: "label", name: "make" },
    sys("statx", [slot("mount.fd"), str(""), AT_EMPTY_PATH, STATX_TYPE, buf("scratch.stat", 256)], {
      load: [load("mount.mode", "scratch.stat", STATX_MODE, 2)],
    }),
    ...(inDirectory ? openOrMakeDirectory(arch, splitPath(path).parent, above, "parent") : []),
    { op: "branch", slot: "mount.mode", mask: S_IFMT, equals: S_IFDIR, to: "directory" },
    makeFile(path, "mount.target"),
    { op: "goto", to: "made" },
    { op: "label", name: "directory" },
    ...openOrMakeName(arch, names, names.length - 1, above, "mount.target", "target"),
    { op: "label", name: "made" },
    ...(inDirectory ? closeAll(above) : []),
    { op: "label", name: "target" },
  ];
}

/** How a bind mount differs from others but in its paths. */
type Kind = Omit<MountOptions, "remount" | "data"> & { arch: HostFacts["arch"]; cloned: boolean };

/** Init step; with `clone` the source's clone is in that slot. */
function mountStep(one: OneMount, source: string, clone?: Slot): Step {
  const { remount: _, data: __, ...options } = one.options;
  const kind: Kind = { ...options, arch: one.input.facts.arch, cloned: clone !== undefined };
  const names = pathNames(one.mount.destination);
  const texts = [source, clone ?? source, ...names];
  // The names decide on the way when one of them leads back.
  if (names.includes("..")) return { ...bindStep(kind, names.length, texts), from: one.pointer };
  return patterned(one.pointer, "bind", texts, bindStep, kind, names.length);
}

function bindStep(kind: Kind, _depth: number, texts: readonly string[]): StepBody {
  const [shown, source, ...names] = texts as [string, string, ...string[]];
  const take: Call = kind.cloned
    ? { op: "set", slot: "mount.fd", value: slot(source) }
    : cloneHostMount(source, "mount.fd", kind.bind === "rbind");
  return {
    kind: "mount",
    title: `bind ${shown} on /${names.join("/")}`,
    calls: [
      take,
      ...attributeCalls(kind, 0),
      ...openTarget(kind.arch, names),
      attachMount("mount.fd", "mount.target"),
      ...propagationCalls(kind),
      ...closeAll("mount.fd", "mount.target"),
    ],
  };
}

/**
 * True when the parent has to clone the source: root of a user namespace may not be able to walk there, and its clone
 * would carry flags that cannot be changed; and inside, the mount that holds the rootfs shares with the host no more.
 */
function isClonedByParent({ input, options }: OneMount): boolean {
  const shares = options.propagations.some(({ flag }) => flag === PROPAGATION.SHARED);
  return userNamespaceOf(input.spec) !== "none" || (shares && isShared(input));
}

/** The steps of a bind mount: the source's clone by the parent or by init, then its attributes and its place. */
export function compileBindMount(one: OneMount): CompiledMount {
  const source = sourceOf(one);
  const recursive = one.options.bind === "rbind";
  if (!isClonedByParent(one)) {
    return {
      host: [],
      init: [mountStep(one, source)],
      imports: [],
    };
  }
  const name: Slot = `mount.source.${one.index}`;
  const open: Step = {
    kind: "open",
    from: `${one.pointer}/source`,
    title: `clone ${source} for the mount on ${destinationOf(one.mount)}`,
    calls: [
      cloneHostMount(source, name, recursive),
      ...(isShared(one.input) ? [] : [setMount(name, { propagation: SLAVE, recursive: true })]),
    ],
  };
  return { host: [open], init: [mountStep(one, source, name)], imports: [name] };
}
