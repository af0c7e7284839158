import type { CallFailure } from "../host/carry.ts";
import type { Step } from "../plan/step.ts";

/** A cure that holds for a call of a kind of step; "*" matches anything. */
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
];

/** The cure for a failed call, where one is known. */
export function stepHint(step: Step, failure: CallFailure): string | undefined {
  const { call, errno } = failure;
  const name = call.op === "sys" ? call.name : call.op === "spawn" ? "clone3" : call.op;
  return HINTS.find((hint) => hint.kind === step.kind && hint.call === name && hint.errno === errno)?.hint;
}
