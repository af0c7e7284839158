import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  assert,
  buf,
  load,
  O,
  OPEN_HOW_SIZE,
  openAt2,
  openHow,
  slot,
  str,
  sys,
} from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { MOUNT_ATTR } from "../tables/mount-options.ts";
import type { CompileInput } from "./input.ts";
import { attachHostMount, attachMount, cloneMount, closeAll, makeFilesystem } from "./mount-calls.ts";
import { IN_ROOT, inRoot } from "./paths.ts";
import { isShared, makeParentPrivate } from "./rootfs.ts";

const STATX_TYPE = 1;
const STATX_MODE = 28;
const STATX_RDEV_MAJOR = 128;
const STATX_RDEV_MINOR = 132;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFCHR = 0o020000;

/**
 * The empty read-only filesystem that masks directories. KERNEL(6.15): before, only an attached mount can be cloned. So
 * it lies over the host's /dev in this mount namespace, where the pivot leaves it behind: no step on the way there walks
 * below /dev, and over /proc or /sys it would be what --no-pivot takes away in their stead. SAFETY: /dev may send mounts
 * to the host only where the config shares the root.
 */
function makeEmpty(shared: boolean): Call[] {
  return [
    ...makeFilesystem(
      { type: "tmpfs", source: "tmpfs", data: ["size=0", "nr_inodes=2"], attributes: MOUNT_ATTR.RDONLY },
      "mask.empty",
    ),
    ...(shared ? makeParentPrivate("/dev") : []),
    attachHostMount("mask.empty", "/dev"),
  ];
}

/**
 * Opens what masks files: the host's own /dev/null, which is still in sight before the pivot.
 * CVE-2025-31133: the image's /dev/null may be anything; and a host inside a container may have a strange one, too.
 */
function openNull(): Call[] {
  const why = "/dev/null of the host is not the character device 1:3";
  const stat = buf("scratch.stat", 256);
  return [
    sys("openat2", [AT_FDCWD, str("/dev/null"), openHow(O.PATH | O.CLOEXEC, 0), OPEN_HOW_SIZE], {
      into: "mask.null",
    }),
    sys("statx", [slot("mask.null"), str(""), AT_EMPTY_PATH, STATX_TYPE, stat], {
      load: [
        load("mask.mode", "scratch.stat", STATX_MODE, 2),
        load("mask.major", "scratch.stat", STATX_RDEV_MAJOR, 4),
        load("mask.minor", "scratch.stat", STATX_RDEV_MINOR, 4),
      ],
    }),
    assert({ slot: "mask.mode", mask: S_IFMT, equals: S_IFCHR, errno: "ENODEV", why }),
    assert({ slot: "mask.major", equals: 1, errno: "ENODEV", why }),
    assert({ slot: "mask.minor", equals: 3, errno: "ENODEV", why }),
  ];
}

function openMasks(shared: boolean): StepBody {
  return {
    kind: "mask",
    title: "open the host's /dev/null and an empty filesystem to mask files and directories with",
    calls: [...openNull(), ...makeEmpty(shared)],
  };
}

function maskStep(path: string): StepBody {
  return {
    kind: "mask",
    title: `mask ${path}`,
    calls: [
      openAt2("rootfs.fd", inRoot(path), O.PATH, IN_ROOT, {
        into: "mask.target",
        tolerate: [
          { errno: "ENOENT", why: "there is nothing to mask", to: "done" },
          { errno: "ENOTDIR", why: "there is nothing to mask", to: "done" },
        ],
      }),
      sys("statx", [slot("mask.target"), str(""), AT_EMPTY_PATH, STATX_TYPE, buf("scratch.stat", 256)], {
        load: [load("mask.mode", "scratch.stat", STATX_MODE, 2)],
      }),
      { op: "branch", slot: "mask.mode", mask: S_IFMT, equals: S_IFDIR, to: "directory" },
      cloneMount("mask.null", "mask.clone", false),
      { op: "goto", to: "attach" },
      { op: "label", name: "directory" },
      cloneMount("mask.empty", "mask.clone", false),
      { op: "label", name: "attach" },
      attachMount("mask.clone", "mask.target"),
      ...closeAll("mask.clone", "mask.target"),
      { op: "label", name: "done" },
    ],
  };
}

/** Init steps: paths that the container must not read. SPEC(config-linux#masked-paths) */
export function compileMaskedPaths(input: CompileInput): Step[] {
  const paths = input.spec.linux?.maskedPaths ?? [];
  if (paths.length === 0) return [];
  return [
    remembered("/linux/maskedPaths", "masks", openMasks, isShared(input)),
    ...paths.flatMap((path, i) =>
      paths.indexOf(path) === i ? [remembered(`/linux/maskedPaths/${i}`, "mask", maskStep, path)] : [],
    ),
  ];
}
