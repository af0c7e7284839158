import { cgroupStepHint } from "../cgroup/hints.ts";
import type { CallFailure } from "../host/carry.ts";
import type { Step } from "../plan/step.ts";

/** A cure that holds for a call of a kind of step. */
interface Hint {
  kind: Step["kind"];
  call: string;
  errno: string;
  hint: string;
}

const HINTS: readonly Hint[] = [
  {
    kind: "spawn",
    call: "clone3",
    errno: "ENOSPC",
    hint: "a namespace limit is reached; raise user.max_*_namespaces in /proc/sys/user",
  },
  {
    kind: "spawn",
    call: "clone3",
    errno: "EAGAIN",
    hint: "a limit of processes is reached; raise kernel.pid_max, the user's RLIMIT_NPROC or the cgroup's pids.max",
  },
  {
    kind: "spawn",
    call: "clone3",
    errno: "EPERM",
    hint: "run as root, or add a user namespace with mappings",
  },
  {
    kind: "spawn",
    call: "setresgid",
    errno: "EINVAL",
    hint: "map containerID 0 in linux.gidMappings",
  },
  {
    kind: "spawn",
    call: "setresuid",
    errno: "EINVAL",
    hint: "map containerID 0 in linux.uidMappings",
  },
  {
    kind: "namespace",
    call: "openat2",
    errno: "ENOENT",
    hint: "the process or bind mount that held the namespace is gone",
  },
  {
    kind: "map-ids",
    call: "write",
    errno: "EINVAL",
    hint: "mappings must not overlap, sizes must be above 0, and there may be at most 340 lines",
  },
  {
    kind: "map-ids",
    call: "write",
    errno: "EPERM",
    hint: "the host ids must be mapped in the runtime's own user namespace, and runt needs CAP_SETUID and CAP_SETGID",
  },
  {
    kind: "mount",
    call: "open_tree",
    errno: "ENOENT",
    hint: "the source does not exist on the host; create it or correct the path",
  },
  {
    kind: "open",
    call: "open_tree",
    errno: "ENOENT",
    hint: "the source does not exist on the host; create it",
  },
  {
    kind: "rootfs",
    call: "open_tree",
    errno: "ENOENT",
    hint: "make the directory, or let root.path name an existing one",
  },
  {
    kind: "rootfs",
    call: "open_tree",
    errno: "ENOTDIR",
    hint: "root.path must name the directory that holds the container's files",
  },
  {
    kind: "rootfs",
    call: "open_tree",
    errno: "EINVAL",
    hint: "the root filesystem is on a mount that may not be cloned (unbindable, or of another mount namespace)",
  },
  {
    kind: "mount",
    call: "fsopen",
    errno: "ENODEV",
    hint: "this kernel has no such filesystem; check the type, or load its module",
  },
  {
    kind: "mount",
    call: "fsconfig",
    errno: "EINVAL",
    hint: "the filesystem does not know one of the options, or refuses its value; the kernel's log may say which",
  },
  {
    kind: "mount",
    call: "fsmount",
    errno: "EPERM",
    hint: "a user namespace may mount proc only with its own pid namespace, and only where the host's /proc is not covered; add the namespace or bind-mount the directory",
  },
  {
    kind: "mount",
    call: "fsconfig",
    errno: "EPERM",
    hint: "a user namespace may mount this filesystem only where it owns the namespace behind it (network for sysfs, pid for proc, ipc for mqueue)",
  },
  {
    kind: "mount",
    call: "mount_setattr",
    errno: "EPERM",
    hint: "the source is mounted with flags (ro, nosuid, nodev, noexec, atime) that a user namespace may not take away; ask for the same flags",
  },
  {
    kind: "mount",
    call: "openat2",
    errno: "EROFS",
    hint: "the destination does not exist and its filesystem is read-only; make it in the image",
  },
  {
    kind: "mount",
    call: "mkdirat",
    errno: "EROFS",
    hint: "the destination does not exist and its filesystem is read-only; make it in the image",
  },
  {
    kind: "mount",
    call: "openat2",
    errno: "ENOTDIR",
    hint: "a part of the destination is a file in the image",
  },
  {
    kind: "mount",
    call: "move_mount",
    errno: "EINVAL",
    hint: "a directory goes on a directory, anything else on a file: the destination in the image is the other of the two",
  },
  { kind: "sysctl", call: "openat2", errno: "ENOENT", hint: "this kernel has no such parameter" },
  { kind: "sysctl", call: "write", errno: "EINVAL", hint: "the kernel refuses this value" },
  {
    kind: "process",
    call: "prlimit64",
    errno: "EPERM",
    hint: "raising a hard limit needs CAP_SYS_RESOURCE; ask for at most the limit that runt was started with",
  },
  {
    kind: "process",
    call: "setresuid",
    errno: "EINVAL",
    hint: "the id is not mapped; extend linux.uidMappings",
  },
  {
    kind: "process",
    call: "setresgid",
    errno: "EINVAL",
    hint: "the id is not mapped; extend linux.gidMappings",
  },
  {
    kind: "process",
    call: "setgroups",
    errno: "EPERM",
    hint: "the user namespace denies setgroups; remove process.user.additionalGids",
  },
  {
    kind: "terminal",
    call: "connect",
    errno: "ENOENT",
    hint: "nobody made the console socket; start the program that receives the terminal first",
  },
  {
    kind: "terminal",
    call: "connect",
    errno: "ECONNREFUSED",
    hint: "nobody listens on the console socket",
  },
  {
    kind: "terminal",
    call: "openat2",
    errno: "ENOENT",
    hint: "a terminal needs a devpts filesystem; add a mount of type devpts on /dev/pts",
  },
];

/** The cure for a failed call, where one is known. */
export function stepHint(step: Step, failure: CallFailure): string | undefined {
  const { call, errno } = failure;
  const name = call.op === "sys" ? call.name : call.op === "spawn" ? "clone3" : call.op;
  const known = HINTS.find((hint) => hint.kind === step.kind && hint.call === name && hint.errno === errno);
  if (known !== undefined) return known.hint;
  const cgroup = step.kind === "cgroup" || step.kind === "limit" || step.kind === "spawn";
  return cgroup ? cgroupStepHint(step, call, errno) : undefined;
}
