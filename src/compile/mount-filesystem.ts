import { AT_EMPTY_PATH, buf, load, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
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
import type { MountOptions } from "./mount-options.ts";
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
function sysfsFallback(one: OneMount): {
  rules: { errno: string; why: string; to: string }[];
  calls: Call[];
} {
  if (one.mount.type !== "sysfs" || userNamespaceOf(one.input.spec) === "none")
    return { rules: [], calls: [] };
  return {
    rules: [{ errno: "EPERM", why: "the user namespace does not own the network namespace", to: "bind" }],
    calls: [
      { op: "goto", to: "made" },
      { op: "label", name: "bind" },
      closeRefused(),
      cloneHostMount("/sys", "mount.fd", true),
      setMount("mount.fd", { propagation: SLAVE, recursive: true }),
      setMount("mount.fd", { set: one.options.set, recursive: true }),
      { op: "label", name: "made" },
    ],
  };
}

/** True for a filesystem that becomes read-only last, since files of the container are made in it before. */
export function isReadonlyLate(mount: Mount, options: MountOptions): boolean {
  const made = mount.type === "tmpfs" || destinationOf(mount) === "/dev";
  return made && options.bind === "no" && !options.remount && (options.set & MOUNT_ATTR.RDONLY) !== 0;
}

/** A tmpfs whose options say no mode takes that of the directory that it covers, as /tmp and /run need it. */
function copyMode(one: OneMount): Call[] {
  if (one.mount.type !== "tmpfs" || one.options.data.some((option) => option.startsWith("mode="))) return [];
  return [
    sys("statx", [slot("mount.target"), str(""), AT_EMPTY_PATH, STATX_MODE, buf("scratch.stat", 256)], {
      load: [load("mount.mode", "scratch.stat", STATX_MODE_OFFSET, 2)],
    }),
    sys("fchmodat", [slot("mount.fd"), str("."), slot("mount.mode")]),
  ];
}

/** What fsconfig(2) is told; a filesystem on a device is itself read-only, or it would write to the device. */
function dataOf({ mount, options }: OneMount): string[] {
  const onDevice = mount.source?.startsWith("/") === true;
  return onDevice && (options.set & MOUNT_ATTR.RDONLY) !== 0 ? ["ro", ...options.data] : options.data;
}

/** Init step of a filesystem that is made new: proc, sysfs, tmpfs, devpts, mqueue, overlay… */
export function compileFilesystemMount(one: OneMount): Step[] {
  const { mount, options, pointer } = one;
  const type = mount.type ?? "none";
  const fallback = sysfsFallback(one);
  const attributes = isReadonlyLate(mount, options) ? options.set & ~MOUNT_ATTR.RDONLY : options.set;
  return [
    {
      kind: "mount",
      from: pointer,
      title: mountTitle(one, type),
      calls: [
        ...makeFilesystem(
          { type, source: mount.source ?? type, data: dataOf(one), attributes },
          "mount.fd",
          fallback.rules,
        ),
        ...fallback.calls,
        ...attributeCalls({ ...one, options: { ...options, clear: 0 } }, options.set),
        ...openDirectoryTarget(one, copyMode(one)),
        attachMount("mount.fd", "mount.target"),
        ...propagationCalls(one),
        ...closeAll("mount.fd", "mount.target"),
      ],
    },
  ];
}
