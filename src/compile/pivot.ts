import { AT_FDCWD, slot, str, sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import { PROPAGATION } from "../tables/mount-options.ts";
import type { CompileInput } from "./input.ts";
import { setMount } from "./mount-calls.ts";
import { rootPropagation } from "./rootfs.ts";

const MNT_DETACH = 2;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/** pivot_root(2) with "." for both: the old root ends up below the new one and is detached from there. */
function pivotStep(): Step {
  return {
    kind: "rootfs",
    from: "/root/path",
    title: "pivot into the root filesystem and detach the host's",
    calls: [
      sys("fchdir", [slot("rootfs.fd")]),
      sys("pivot_root", [str("."), str(".")]),
      // The unmount below must not reach the host.
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
function moveStep(): Step {
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
  const steps = [input.options.noPivot ? moveStep() : pivotStep()];
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
