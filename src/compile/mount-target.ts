import type { HostFacts } from "../host/facts.ts";
import { archFlags, O, openAt2, RESOLVE } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { isPlain } from "../spec/checks/paths.ts";
import type { Mount } from "../spec/types.ts";
import { PROPAGATION } from "../tables/mount-options.ts";
import { type CompileInput, hasNamespace } from "./input.ts";
import { setMount } from "./mount-calls.ts";
import type { MountOptions } from "./mount-options.ts";
import { IN_ROOT, inRoot, makeDirectory, openOrMakeDirectory, pathNames } from "./paths.ts";

/** One entry of mounts, with all that its steps are made from. */
export interface OneMount {
  input: CompileInput;
  mount: Mount;
  options: MountOptions;
  pointer: string;
  index: number;
}

/** SPEC(config#mounts): a relative destination starts at "/". */
export function destinationOf(mount: Mount): string {
  const { destination } = mount;
  return isPlain(destination) ? destination : `/${pathNames(destination).join("/")}`;
}

/** "proc on /proc" for titles. */
export function mountTitle(mount: Mount, type: string): string {
  return `mount ${type} on ${destinationOf(mount)}`;
}

/**
 * Opens the directory that is mounted on, in slot "mount.target"; `found` is done only with one that was there.
 * CVE-2019-19921, CVE-2023-27561: proc and sysfs go to ordinary directories only, so that later writes below /proc
 * and masks of it cannot be led elsewhere by a link.
 */
export function openDirectoryTarget(
  arch: HostFacts["arch"],
  mount: Mount,
  found: readonly Call[] = [],
): Call[] {
  const path = destinationOf(mount);
  const { type } = mount;
  if (type !== "proc" && type !== "sysfs")
    return openOrMakeDirectory(arch, path, "mount.target", "target", found);
  const { DIRECTORY, NOFOLLOW } = archFlags(arch);
  return [
    openAt2("rootfs.fd", inRoot(path), O.PATH | DIRECTORY | NOFOLLOW, IN_ROOT | RESOLVE.NO_SYMLINKS, {
      into: "mount.target",
      tolerate: [
        { errno: "ENOENT", why: "the image lacks it", to: "make" },
        { errno: "ELOOP", why: "a link", to: "unsafe" },
        { errno: "ENOTDIR", why: "no directory", to: "unsafe" },
      ],
    }),
    { op: "goto", to: "ordinary" },
    { op: "label", name: "unsafe" },
    {
      op: "fail",
      errno: "ENOTDIR",
      why: `filesystem ${JSON.stringify(type)} must be mounted on ordinary directory: ${path} of the image is a link or a file`,
    },
    { op: "label", name: "make" },
    ...makeDirectory(arch, path, "mount.target", "target"),
    { op: "label", name: "ordinary" },
  ];
}

type Attributes = Pick<MountOptions, "set" | "clear" | "recursiveSet" | "recursiveClear">;

/** Attributes that the options ask for, on the mount in slot "mount.fd". */
export function attributeCalls(options: Attributes, alreadySet: number): Call[] {
  const calls: Call[] = [];
  const set = options.set & ~alreadySet;
  if (set !== 0 || options.clear !== 0) calls.push(setMount("mount.fd", { set, clear: options.clear }));
  if (options.recursiveSet !== 0 || options.recursiveClear !== 0) {
    calls.push(
      setMount("mount.fd", { set: options.recursiveSet, clear: options.recursiveClear, recursive: true }),
    );
  }
  return calls;
}

/** Propagation is set once the mount is attached: a shared parent would make it shared again. */
export function propagationCalls(options: Pick<MountOptions, "propagations">): Call[] {
  return options.propagations.map(({ flag, recursive }) =>
    setMount("mount.fd", { propagation: flag, recursive }),
  );
}

/** True when the network namespace is not the container's own, so that sysfs may be refused. */
export function lacksNetwork(input: CompileInput): boolean {
  return !hasNamespace(input.spec, "network");
}

export const SLAVE = PROPAGATION.SLAVE;
