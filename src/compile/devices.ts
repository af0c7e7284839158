import { RuntError } from "../error/runt-error.ts";
import { AT_EMPTY_PATH, archFlags, buf, load, O, openAt2, RESOLVE, slot, str, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import type { Device } from "../spec/types.ts";
import { type CompileInput, userNamespaceOf } from "./input.ts";
import { attachMount, cloneHostMount, closeAll } from "./mount-calls.ts";
import { parseMountOptions } from "./mount-options.ts";
import { destinationOf } from "./mount-target.ts";
import { inRoot, openOrMakeDirectory, openOrMakeFile, splitPath } from "./paths.ts";

const STATX_TYPE = 1;
const STATX_MODE = 28;
const STATX_RDEV_MAJOR = 128;
const STATX_RDEV_MINOR = 132;
const S_IFMT = 0o170000;
const ONE_NAME = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;
const TYPES: Readonly<Record<Device["type"], number>> = {
  c: 0o020000,
  u: 0o020000,
  b: 0o060000,
  p: 0o010000,
};

/** SPEC(config-linux#default-devices) but for console and ptmx, which are links and mounts. */
const DEFAULTS: readonly Device[] = [
  { path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 0o666 },
  { path: "/dev/zero", type: "c", major: 1, minor: 5, fileMode: 0o666 },
  { path: "/dev/full", type: "c", major: 1, minor: 7, fileMode: 0o666 },
  { path: "/dev/random", type: "c", major: 1, minor: 8, fileMode: 0o666 },
  { path: "/dev/urandom", type: "c", major: 1, minor: 9, fileMode: 0o666 },
  { path: "/dev/tty", type: "c", major: 5, minor: 0, fileMode: 0o666 },
];

/** dev_t as mknod(2) takes it. */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

function nameOf({ type, major, minor }: Device): string {
  return type === "p" ? "a FIFO" : `the device ${type} ${major ?? 0}:${minor ?? 0}`;
}

/** True when the config gives the container a /dev of the host, which is not to be filled. */
export function hasOwnDev(input: CompileInput): boolean {
  return (input.spec.mounts ?? []).some(
    (mount, i) => destinationOf(mount) === "/dev" && parseMountOptions(mount, `/mounts/${i}`).bind !== "no",
  );
}

/** Fails with `errno` and `wrong` unless the open `fd` is the device. */
function verify(device: Device, fd: Slot, errno: string, wrong: string): Call[] {
  const numbers: Call[] =
    device.type === "p"
      ? []
      : [
          { op: "assert", slot: "device.major", equals: device.major ?? 0, errno, why: wrong },
          { op: "assert", slot: "device.minor", equals: device.minor ?? 0, errno, why: wrong },
        ];
  return [
    sys("statx", [slot(fd), str(""), AT_EMPTY_PATH, STATX_TYPE, buf("scratch.stat", 256)], {
      load: [
        load("device.mode", "scratch.stat", STATX_MODE, 2),
        load("device.major", "scratch.stat", STATX_RDEV_MAJOR, 4),
        load("device.minor", "scratch.stat", STATX_RDEV_MINOR, 4),
      ],
    }),
    { op: "assert", slot: "device.mode", mask: S_IFMT, equals: TYPES[device.type], errno, why: wrong },
    ...numbers,
  ];
}

/**
 * Makes the node below its directory, opened inside the root. CVE-2026-41579: /dev of the image may be a link.
 * SPEC(config-linux#devices): a file that is there and does not match is an error.
 */
function makeNode(input: CompileInput, device: Device): Call[] {
  const { arch } = input.facts;
  const { NOFOLLOW } = archFlags(arch);
  const { parent, name } = splitPath(device.path);
  const mode = TYPES[device.type] | ((device.fileMode ?? 0o666) & ~S_IFMT);
  return [
    ...openOrMakeDirectory(arch, parent, "device.dir", "parent"),
    // The mode is the config's, whatever the caller's umask.
    sys("umask", [0], { into: "device.umask" }),
    sys(
      "mknodat",
      [slot("device.dir"), str(name), mode, deviceNumber(device.major ?? 0, device.minor ?? 0)],
      {
        tolerate: [
          {
            errno: "EEXIST",
            why: "a file of this name is there; the check below says whether it fits",
            to: "there",
          },
        ],
      },
    ),
    { op: "label", name: "there" },
    sys("umask", [slot("device.umask")]),
    // The image may have put anything there.
    openAt2("device.dir", name, O.PATH | NOFOLLOW, ONE_NAME & ~RESOLVE.NO_SYMLINKS, { into: "device.fd" }),
    ...verify(device, "device.fd", "EEXIST", `${device.path} exists already and is not ${nameOf(device)}`),
    sys("fchownat", [slot("device.fd"), str(""), device.uid ?? 0, device.gid ?? 0, AT_EMPTY_PATH], {
      tolerate: [{ errno: "EROFS", why: "the device of the image is on a read-only filesystem" }],
    }),
    ...closeAll("device.fd", "device.dir"),
  ];
}

/** KERNEL: mknod is refused in a user namespace, so the host's node is bind-mounted. */
function bindNode(input: CompileInput, device: Device): Call[] {
  return [
    cloneHostMount(device.path, "device.tree", false),
    ...verify(device, "device.tree", "ENODEV", `${device.path} of the host is not ${nameOf(device)}`),
    ...openOrMakeFile(input.facts.arch, device.path, "device.fd", "target"),
    attachMount("device.tree", "device.fd"),
    ...closeAll("device.tree", "device.fd"),
  ];
}

function deviceStep(input: CompileInput, device: Device, from: string): Step {
  const bind = userNamespaceOf(input.spec) !== "none" || input.facts.inUserNamespace;
  if (device.type !== "p" && (device.major === undefined || device.minor === undefined)) {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: `${from.slice(1).replace(/\//g, ".")}: the device ${device.path} has no major and minor number`,
      pointer: from,
      hint: "give major and minor, or use type p for a FIFO",
    });
  }
  return {
    kind: "device",
    from,
    title: `make the device ${device.path}`,
    calls: bind && device.type !== "p" ? bindNode(input, device) : makeNode(input, device),
  };
}

/** Init steps: the devices of the config, then the default ones that it does not name itself. */
export function compileDevices(input: CompileInput): Step[] {
  if (hasOwnDev(input)) return [];
  const devices = input.spec.linux?.devices ?? [];
  const named = new Set(devices.map((device) => inRoot(device.path)));
  return [
    ...devices.map((device, i) => deviceStep(input, device, `/linux/devices/${i}`)),
    ...DEFAULTS.filter((device) => !named.has(inRoot(device.path))).map((device) =>
      deviceStep(input, device, "runt:default-devices"),
    ),
  ];
}
