import type { HostFacts } from "../host/facts.ts";
import { AT_EMPTY_PATH, buf, load, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import type { Mount } from "../spec/types.ts";
import { MOUNT_ATTR } from "../tables/mount-options.ts";
import { userNamespaceOf } from "./input.ts";
import {
  attachMount,
  cloneHostMount,
  closeAll,
  closeRefused,
  makeFilesystem,
  setMount,
} from "./mount-calls.ts";
import { type MountOptions, parseMountOptions } from "./mount-options.ts";
import {
  attributeCalls,
  destinationOf,
  mountTitle,
  type OneMount,
  openDirectoryTarget,
  propagationCalls,
  SLAVE,
} from "./mount-target.ts";

const STATX_MODE = 2;
const STATX_MODE_OFFSET = 28;

/** KERNEL: a user namespace may mount sysfs only where it owns the network namespace. */
function sysfsFallback(
  type: string,
  options: MountOptions,
): { rules: { errno: string; why: string; to: string }[]; calls: Call[] } {
  if (type !== "sysfs") return { rules: [], calls: [] };
  return {
    rules: [{ errno: "EPERM", why: "the user namespace does not own the network namespace", to: "bind" }],
    calls: [
      { op: "goto", to: "made" },
      { op: "label", name: "bind" },
      closeRefused(),
      cloneHostMount("/sys", "mount.fd", true),
      setMount("mount.fd", { propagation: SLAVE, recursive: true }),
      setMount("mount.fd", { set: options.set, recursive: true }),
      { op: "label", name: "made" },
    ],
  };
}

/** True for a filesystem that becomes read-only last, since files of the container are made in it before. */
export function isReadonlyLate(mount: Mount, pointer: string): boolean {
  if (mount.type !== "tmpfs" && destinationOf(mount) !== "/dev") return false;
  const options = parseMountOptions(mount, pointer);
  return options.bind === "no" && !options.remount && (options.set & MOUNT_ATTR.RDONLY) !== 0;
}

/** A tmpfs whose options say no mode takes that of the directory that it covers, as /tmp and /run need it. */
function copyMode(mount: Mount, options: MountOptions): Call[] {
  if (mount.type !== "tmpfs" || options.data.some((option) => option.startsWith("mode="))) return [];
  return [
    sys("statx", [slot("mount.target"), str(""), AT_EMPTY_PATH, STATX_MODE, buf("scratch.stat", 256)], {
      load: [load("mount.mode", "scratch.stat", STATX_MODE_OFFSET, 2)],
    }),
    sys("fchmodat", [slot("mount.fd"), str("."), slot("mount.mode")]),
  ];
}

/** What fsconfig(2) is told; a filesystem on a device is itself read-only, or it would write to the device. */
function dataOf(mount: Mount, options: MountOptions): string[] {
  const onDevice = mount.source?.startsWith("/") === true;
  return onDevice && (options.set & MOUNT_ATTR.RDONLY) !== 0 ? ["ro", ...options.data] : options.data;
}

/** Init step of a filesystem that is made new: proc, sysfs, tmpfs, devpts, mqueue, overlay… */
export function compileFilesystemMount({ input, mount, pointer }: OneMount): Step[] {
  const ownsNoUsers = userNamespaceOf(input.spec) === "none";
  return [remembered(pointer, "filesystem", filesystemStep, mount, input.facts.arch, ownsNoUsers)];
}

function filesystemStep(mount: Mount, arch: HostFacts["arch"], ownsNoUsers: boolean): StepBody {
  // Wrong options have been refused before, with the place of the mount.
  const options = parseMountOptions(mount, "/mounts");
  const type = mount.type ?? "none";
  const fallback = sysfsFallback(ownsNoUsers ? "" : type, options);
  const attributes = isReadonlyLate(mount, "/mounts") ? options.set & ~MOUNT_ATTR.RDONLY : options.set;
  return {
    kind: "mount",
    title: mountTitle(mount, type),
    calls: [
      ...makeFilesystem(
        { type, source: mount.source ?? type, data: dataOf(mount, options), attributes },
        "mount.fd",
        fallback.rules,
      ),
      ...fallback.calls,
      ...attributeCalls({ ...options, clear: 0 }, options.set),
      ...openDirectoryTarget(arch, mount, copyMode(mount, options)),
      attachMount("mount.fd", "mount.target"),
      ...propagationCalls(options),
      ...closeAll("mount.fd", "mount.target"),
    ],
  };
}
