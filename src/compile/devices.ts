import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import {
  AT_EMPTY_PATH,
  archFlags,
  assert,
  buf,
  load,
  O,
  openAt2,
  RESOLVE,
  slot,
  str,
  sys,
} from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import type { Device } from "../spec/types.ts";
import { type CompileInput, userNamespaceOf } from "./input.ts";
import { attachMount, cloneHostMount, closeAll } from "./mount-calls.ts";
import { parseMountOptions } from "./mount-options.ts";
import { destinationOf } from "./mount-target.ts";
import { IN_ROOT, inRoot, makeFile, openOrMakeDirectory, splitPath } from "./paths.ts";

const STATX_TYPE = 1;
const STATX_MODE = 28;
/** Two u32: major, minor. */
const STATX_RDEV = 128;
const S_IFMT = 0o170000;
const ONE_NAME = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;
const TYPES: Readonly<Record<Device["type"], number>> = {
  c: 0o020000,
  u: 0o020000,
  b: 0o060000,
  p: 0o010000,
};

/** Slot of the opened /dev. */
export const DEV: Slot = "dev.fd";

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
  const number = (device.minor ?? 0) * 2 ** 32 + (device.major ?? 0);
  return [
    sys("statx", [slot(fd), str(""), AT_EMPTY_PATH, STATX_TYPE, buf("scratch.stat", 256)], {
      load: [
        load("device.mode", "scratch.stat", STATX_MODE, 2),
        load("device.number", "scratch.stat", STATX_RDEV, 8),
      ],
    }),
    assert({ slot: "device.mode", mask: S_IFMT, equals: TYPES[device.type], errno, why: wrong }),
    ...(device.type === "p" ? [] : [assert({ slot: "device.number", equals: number, errno, why: wrong })]),
  ];
}

/**
 * Makes the node below its opened directory. CVE-2026-41579: /dev of the image may be a link.
 * SPEC(config-linux#devices): a file that is there and does not match is an error.
 */
function makeNode({ device, arch, directory }: OneDevice): Call[] {
  const { NOFOLLOW } = archFlags(arch);
  const { name } = splitPath(device.path);
  const mode = TYPES[device.type] | ((device.fileMode ?? 0o666) & ~S_IFMT);
  const number = deviceNumber(device.major ?? 0, device.minor ?? 0);
  return [
    sys("mknodat", [slot(directory), str(name), mode, number], {
      tolerate: [
        { errno: "EEXIST", why: "a file of this name is there; the check below says whether it fits" },
      ],
    }),
    // The image may have put anything there.
    openAt2(directory, name, O.PATH | NOFOLLOW, ONE_NAME & ~RESOLVE.NO_SYMLINKS, { into: "device.fd" }),
    ...verify(device, "device.fd", "EEXIST", `${device.path} exists already and is not ${nameOf(device)}`),
    sys("fchownat", [slot("device.fd"), str(""), device.uid ?? 0, device.gid ?? 0, AT_EMPTY_PATH], {
      tolerate: [{ errno: "EROFS", why: "the device of the image is on a read-only filesystem" }],
    }),
    ...closeAll("device.fd"),
  ];
}

/** KERNEL: mknod is refused in a user namespace, so the host's node is bind-mounted. */
function bindNode({ device }: OneDevice): Call[] {
  return [
    cloneHostMount(device.path, "device.tree", false),
    ...verify(device, "device.tree", "ENODEV", `${device.path} of the host is not ${nameOf(device)}`),
    openAt2("rootfs.fd", inRoot(device.path), O.PATH, IN_ROOT, {
      into: "device.fd",
      tolerate: [{ errno: "ENOENT", why: "the image lacks it", to: "make" }],
    }),
    { op: "goto", to: "there" },
    { op: "label", name: "make" },
    makeFile(device.path, "device.fd"),
    { op: "label", name: "there" },
    attachMount("device.tree", "device.fd"),
    ...closeAll("device.tree", "device.fd"),
  ];
}

/** A device with all that its step is made from. */
interface OneDevice {
  device: Device;
  arch: HostFacts["arch"];
  bind: boolean;
  /** Slot of the directory that holds it. Steps share what is open: the first opens, the last closes. */
  directory: Slot;
  opens: boolean;
  closes: boolean;
}

/** /dev stays open for its links; until they are made, modes are the config's, whatever the caller's umask. */
function openDirectory({ device, arch, directory }: OneDevice): Call[] {
  return [
    ...(directory === DEV ? [sys("umask", [0], { into: "device.umask" })] : []),
    ...openOrMakeDirectory(arch, splitPath(device.path).parent, directory, "parent"),
  ];
}

function deviceStep(one: OneDevice): StepBody {
  const { device, directory, opens, closes } = one;
  return {
    kind: "device",
    title: `make the device ${device.path}`,
    calls: [
      ...(opens ? openDirectory(one) : []),
      ...(one.bind && device.type !== "p" ? bindNode(one) : makeNode(one)),
      ...(closes ? closeAll(directory) : []),
    ],
  };
}

/** The devices of the config, each with its pointer. Throws SPEC_INVALID for one without numbers. */
function configured(input: CompileInput): { device: Device; from: string }[] {
  return (input.spec.linux?.devices ?? []).map((device, i) => {
    const from = `/linux/devices/${i}`;
    if (device.type !== "p" && (device.major === undefined || device.minor === undefined)) {
      throw new RuntError({
        code: "SPEC_INVALID",
        message: `linux.devices.${i}: the device ${device.path} has no major and minor number`,
        pointer: from,
        hint: "give major and minor, or use type p for a FIFO",
      });
    }
    return { device, from };
  });
}

/**
 * Init steps: the default devices that the config does not name itself and its own ones in /dev, then those elsewhere.
 * Steps after them find /dev open in slot "dev.fd", and the caller's umask in "device.umask".
 */
export function compileDevices(input: CompileInput): Step[] {
  if (hasOwnDev(input)) return [];
  const devices = configured(input);
  const named = new Set(devices.map(({ device }) => inRoot(device.path)));
  const parentOf = ({ device }: { device: Device }): string => splitPath(device.path).parent;
  const all = [
    ...DEFAULTS.filter((device) => !named.has(inRoot(device.path))).map((device) => ({
      device,
      from: "runt:default-devices",
    })),
    ...devices.filter((one) => parentOf(one) === "dev"),
    ...devices.filter((one) => parentOf(one) !== "dev"),
  ];
  const parents = all.map(parentOf);
  const bind = userNamespaceOf(input.spec) !== "none" || input.facts.inUserNamespace;
  return all.map(({ device, from }, i) => {
    const inDev = parents[i] === "dev";
    return remembered(from, "device", deviceStep, {
      device,
      arch: input.facts.arch,
      bind,
      directory: inDev ? DEV : "device.dir",
      opens: parents[i] !== parents[i - 1],
      closes: !inDev && parents[i] !== parents[i + 1],
    });
  });
}
