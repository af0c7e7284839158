import type { HostFacts } from "../host/facts.ts";
import { AT_FDCWD, archFlags, O, OPEN_HOW_SIZE, openHow, slot, str, sys } from "../plan/build.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { PROPAGATION } from "../tables/mount-options.ts";
import type { CompileInput } from "./input.ts";
import { setMount } from "./mount-calls.ts";
import { isShared, rootPropagation } from "./rootfs.ts";

const MNT_DETACH = 2;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/**
 * pivot_root(2) with "." for both: the old root ends up on top of the new one and is detached from there. SAFETY: it
 * has to receive mounts only by then, or the host would lose every mount that it shares with this namespace.
 */
function pivotStep(arch: HostFacts["arch"]): StepBody {
  const flags = O.PATH | archFlags(arch).DIRECTORY | O.CLOEXEC;
  return {
    kind: "rootfs",
    title: "pivot into the root filesystem and detach the host's",
    calls: [
      sys("openat2", [AT_FDCWD, str("/"), openHow(flags, 0), OPEN_HOW_SIZE], { into: "rootfs.old" }),
      sys("fchdir", [slot("rootfs.fd")]),
      sys("pivot_root", [str("."), str(".")]),
      // KERNEL: mount(2) takes "." for the new root, whatever is on top of it; only umount2(2) climbs.
      sys("fchdir", [slot("rootfs.old")]),
      sys("close", [slot("rootfs.old")]),
      sys("mount", [0, str("."), 0, PROPAGATION.SLAVE | PROPAGATION.REC, 0]),
      sys("umount2", [str("."), MNT_DETACH]),
      sys("chdir", [str("/")]),
    ],
  };
}

/**
 * --no-pivot, for hosts whose root is a ramdisk. The host's /proc and /sys are taken away first: as long as they are
 * visible somewhere, the kernel would let the container mount fresh ones of its own.
 */
function moveStep(input: CompileInput): Step {
  const separated = isShared(input)
    ? [
        sys("mount", [0, str("/"), 0, PROPAGATION.SLAVE, 0]),
        ...["/proc", "/sys"].map((path) =>
          sys("mount", [0, str(path), 0, PROPAGATION.SLAVE | PROPAGATION.REC, 0], {
            tolerate: [{ errno: "EINVAL", why: "not a mount point" }],
          }),
        ),
      ]
    : [];
  const gone = [
    { errno: "EINVAL", why: "not a mount point" },
    { errno: "EPERM", why: "locked; then the container may not mount fresh ones either" },
  ];
  return {
    kind: "rootfs",
    from: "runt:no-pivot",
    title: "move the root filesystem over the host's root and change to it",
    calls: [
      sys("fchdir", [slot("rootfs.fd")]),
      // The unmounts must not reach the host.
      ...separated,
      sys("umount2", [str("/proc"), MNT_DETACH], { tolerate: gone }),
      sys("umount2", [str("/sys"), MNT_DETACH], { tolerate: gone }),
      sys("move_mount", [slot("rootfs.fd"), str(""), AT_FDCWD, str("/"), MOVE_MOUNT_F_EMPTY_PATH]),
      sys("chroot", [str(".")]),
      sys("chdir", [str("/")]),
    ],
  };
}

/** Init steps: the container's root becomes the root of init, with the propagation that the config asks for. */
export function compilePivot(input: CompileInput): Step[] {
  const steps = [
    input.options.noPivot ? moveStep(input) : remembered("/root/path", "pivot", pivotStep, input.facts.arch),
  ];
  const asked = rootPropagation(input);
  if (asked !== undefined) {
    steps.push({
      kind: "rootfs",
      from: "/linux/rootfsPropagation",
      title: `set the propagation of / to ${input.spec.linux?.rootfsPropagation}`,
      calls: [setMount("rootfs.fd", { propagation: asked.flag, recursive: asked.recursive })],
    });
  }
  return steps;
}
