import { RuntError } from "../error/runt-error.ts";
import { AT_FDCWD, slot, str, sys } from "../plan/build.ts";
import type { Call, ErrnoRule } from "../plan/call.ts";
import { patterned, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { PROPAGATION } from "../tables/mount-options.ts";
import { type CompileInput, userNamespaceOf } from "./input.ts";
import { cloneHostMount, setMount } from "./mount-calls.ts";
import { pathNames } from "./paths.ts";

const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_SYMLINKS = 0x10;

const PROPAGATIONS: Readonly<Record<string, { flag: number; recursive: boolean }>> = {
  shared: { flag: PROPAGATION.SHARED, recursive: false },
  rshared: { flag: PROPAGATION.SHARED, recursive: true },
  slave: { flag: PROPAGATION.SLAVE, recursive: false },
  rslave: { flag: PROPAGATION.SLAVE, recursive: true },
  private: { flag: PROPAGATION.PRIVATE, recursive: false },
  rprivate: { flag: PROPAGATION.PRIVATE, recursive: true },
  unbindable: { flag: PROPAGATION.UNBINDABLE, recursive: false },
  runbindable: { flag: PROPAGATION.UNBINDABLE, recursive: true },
};

/** linux.rootfsPropagation; undefined when the config leaves it to the runtime. */
export function rootPropagation(input: CompileInput): { flag: number; recursive: boolean } | undefined {
  return PROPAGATIONS[input.spec.linux?.rootfsPropagation ?? ""];
}

/** True when mounts made inside are to be seen outside. */
export function isShared(input: CompileInput): boolean {
  return rootPropagation(input)?.flag === PROPAGATION.SHARED;
}

/**
 * Host step: a detached clone of the root filesystem, made where its path can surely be walked.
 * KERNEL: the slash at the end makes the walk fail with ENOTDIR for anything but a directory.
 */
function openRootfs(input: CompileInput): Step {
  if (input.rootfs === "/") {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: 'root.path is "/": the host\'s root cannot be the root of a container',
      pointer: "/root/path",
      hint: "name the directory that holds the container's files",
    });
  }
  return {
    kind: "rootfs",
    from: "/root/path",
    title: `clone the root filesystem ${input.rootfs}`,
    calls: [cloneHostMount(`${input.rootfs}/`, "rootfs.tree", true)],
  };
}

/**
 * Makes this mount namespace a receiver of the host's mounts, never a sender, unless the config asks for sharing; then
 * the mount that holds the rootfs is made private at least, since pivot_root(2) refuses shared parents.
 */
function separate(input: CompileInput): Step {
  const asked = rootPropagation(input);
  const shared = isShared(input);
  const flag = shared ? (asked?.flag ?? 0) : PROPAGATION.SLAVE;
  const recursive = !shared || asked?.recursive === true;
  const calls: Call[] = [
    sys("mount", [0, str("/"), 0, flag | (recursive ? PROPAGATION.REC : 0), 0]),
    ...(shared ? makeParentPrivate(input.rootfs) : []),
  ];
  return {
    kind: "rootfs",
    from: asked === undefined ? "runt:propagation" : "/linux/rootfsPropagation",
    title: shared ? "share mounts with the host" : "keep mounts of the container from the host",
    calls,
  };
}

/** The deepest mount on the way to `path` becomes private; what is no mount point is passed over. */
export function makeParentPrivate(path: string): Call[] {
  const names = pathNames(path);
  const prefixes = names.map((_, i) => `/${names.slice(0, names.length - i).join("/")}`);
  return [
    ...[...prefixes, "/"].flatMap((prefix, i): Call[] => [
      sys("mount", [0, str(prefix), 0, PROPAGATION.PRIVATE, 0], {
        tolerate: [{ errno: "EINVAL", why: "not a mount point", to: `next ${i}` }],
      }),
      { op: "goto", to: "private" },
      { op: "label", name: `next ${i}` },
    ]),
    { op: "label", name: "private" },
  ];
}

/** Attaches the clone at its own path, where hooks look for it, and leaves it in slot "rootfs.fd". */
function attachRootfs(input: CompileInput): Step {
  const ownsUsers = userNamespaceOf(input.spec) !== "none";
  return patterned("/root/path", "rootfs", [input.rootfs], attachStep, isShared(input), ownsUsers);
}

function moveRootfs(target: string, tolerate: readonly ErrnoRule[]): Call {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS;
  return sys("move_mount", [slot("rootfs.tree"), str(""), AT_FDCWD, str(target), flags], { tolerate });
}

function attachStep(shared: boolean, ownsUsers: boolean, [path = ""]: readonly string[]): StepBody {
  const closed = {
    errno: "EACCES",
    why: "root of the user namespace may not walk there; over / serves as well",
    to: "over",
  };
  const over: Call[] = [
    { op: "goto", to: "attached" },
    { op: "label", name: "over" },
    moveRootfs("/", []),
    { op: "label", name: "attached" },
  ];
  return {
    kind: "rootfs",
    title: "attach the root filesystem",
    calls: [
      shared
        ? setMount("rootfs.tree", { propagation: PROPAGATION.PRIVATE })
        : setMount("rootfs.tree", { propagation: PROPAGATION.SLAVE, recursive: true }),
      moveRootfs(path, ownsUsers ? [closed] : []),
      ...(ownsUsers ? over : []),
      { op: "set", slot: "rootfs.fd", value: slot("rootfs.tree") },
    ],
  };
}

/** The root filesystem: cloned by the parent, attached by init. SPEC(config#root) */
export function compileRootfs(input: CompileInput): { host: Step[]; init: Step[] } {
  return { host: [openRootfs(input)], init: [separate(input), attachRootfs(input)] };
}
