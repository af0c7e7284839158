import { AT_EMPTY_PATH, buf, load, O, openAt2, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { MOUNT_ATTR } from "../tables/mount-options.ts";
import type { CompileInput } from "./input.ts";
import { attachMount, cloneHostMount, cloneMount, closeAll, makeFilesystem } from "./mount-calls.ts";
import { IN_ROOT, inRoot } from "./paths.ts";

const STATX_TYPE = 1;
const STATX_MODE = 28;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Masks a directory by the one empty read-only tmpfs, made at its first use and cloned from then on. */
function maskDirectory(): Call[] {
  return [
    { op: "branch", slot: "mask.empty", equals: -1, to: "first" },
    cloneMount("mask.empty", "mask.clone", false),
    attachMount("mask.clone", "mask.target"),
    ...closeAll("mask.clone"),
    { op: "goto", to: "masked" },
    { op: "label", name: "first" },
    ...makeFilesystem(
      { type: "tmpfs", source: "tmpfs", data: ["size=0", "nr_inodes=2"], attributes: MOUNT_ATTR.RDONLY },
      "mask.empty",
    ),
    attachMount("mask.empty", "mask.target"),
    { op: "goto", to: "masked" },
  ];
}

/**
 * Masks a file by the host's own /dev/null, which is still in sight before the pivot.
 * CVE-2025-31133: the image's /dev/null may be anything.
 */
function maskFile(): Call[] {
  return [
    cloneHostMount("/dev/null", "mask.clone", false),
    attachMount("mask.clone", "mask.target"),
    ...closeAll("mask.clone"),
    { op: "label", name: "masked" },
    ...closeAll("mask.target"),
  ];
}

function maskStep(path: string, i: number): Step {
  return {
    kind: "mask",
    from: `/linux/maskedPaths/${i}`,
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
      { op: "goto", to: "file" },
      { op: "label", name: "directory" },
      ...maskDirectory(),
      { op: "label", name: "file" },
      ...maskFile(),
      { op: "label", name: "done" },
    ],
  };
}

/** Init steps: paths that the container must not read. SPEC(config-linux#masked-paths) */
export function compileMaskedPaths(input: CompileInput): Step[] {
  const paths = [...new Set(input.spec.linux?.maskedPaths ?? [])];
  if (paths.length === 0) return [];
  const none: Step = {
    kind: "mask",
    from: "/linux/maskedPaths",
    title: "begin without an empty directory to mask with",
    calls: [{ op: "set", slot: "mask.empty", value: -1 }],
  };
  return [none, ...paths.map(maskStep)];
}
