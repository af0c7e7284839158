import type { Call } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";

/** What an errno of a cgroup call means for a user. */
interface Hint {
  /** File names; undefined = any. */
  file?: RegExp;
  /** System call that failed; undefined = write. */
  call?: "openat2" | "mkdirat" | "write" | "clone3" | "bpf";
  errno: string;
  hint: string;
}

/** The first match counts, so the particular come before the general. */
const HINTS: readonly Hint[] = [
  {
    file: /^memory\.(max|limit_in_bytes|memsw\.limit_in_bytes)$/,
    errno: "EBUSY",
    hint: "the cgroup uses more memory than the new limit and the kernel could not reclaim enough; raise the limit",
  },
  {
    file: /^memory\.limit_in_bytes$/,
    errno: "EINVAL",
    hint: "the memory limit may not exceed the memory+swap limit of the cgroup",
  },
  {
    file: /^memory\.memsw\.limit_in_bytes$/,
    errno: "EINVAL",
    hint: "the memory+swap limit may not be below the memory limit",
  },
  {
    file: /^memory\.(memsw\.|swap\.)/,
    call: "openat2",
    errno: "ENOENT",
    hint: "the kernel does not account swap; boot with swapaccount=1 or leave memory.swap out",
  },
  {
    file: /^memory\.swappiness$/,
    errno: "EINVAL",
    hint: "swappiness goes from 0 to 100",
  },
  {
    file: /^cpu\.(cfs_(quota|period)_us|max)$/,
    errno: "EINVAL",
    hint: "quota must be at least 1000 us and no larger than its parent's share; period 1000 to 1000000 us",
  },
  {
    file: /^cpu\.(cfs_burst_us|max\.burst)$/,
    errno: "EINVAL",
    hint: "burst may not exceed quota",
  },
  {
    file: /^cpu\.(cfs_burst_us|max\.burst)$/,
    call: "openat2",
    errno: "ENOENT",
    hint: "CPU burst needs a kernel from 5.14 on with CFS bandwidth control",
  },
  {
    file: /^cpu\.rt_/,
    errno: "EINVAL",
    hint: "the realtime budget may not exceed what is left of the parent cgroup's cpu.rt_runtime_us",
  },
  {
    file: /^cpu\.rt_/,
    call: "openat2",
    errno: "ENOENT",
    hint: "realtime budgets need a kernel with CONFIG_RT_GROUP_SCHED",
  },
  {
    file: /^cpu\.idle$/,
    call: "openat2",
    errno: "ENOENT",
    hint: "cpu.idle needs a kernel from 5.15 on",
  },
  {
    file: /^cpuset\.(cpus|mems)$/,
    errno: "EACCES",
    hint: "the set holds CPUs or memory nodes that the parent cgroup does not have",
  },
  {
    file: /^cpuset\.(cpus|mems)$/,
    errno: "EINVAL",
    hint: 'not a list such as "0-3,7", or it names CPUs or memory nodes that the machine does not have',
  },
  {
    file: /^cpuset\.(cpus|mems)$/,
    errno: "ERANGE",
    hint: "the list names CPUs or memory nodes beyond what the kernel supports",
  },
  {
    file: /^cpuset\.(cpus|mems)$/,
    errno: "EBUSY",
    hint: "another cgroup uses these CPUs exclusively, or a child cgroup needs them",
  },
  {
    file: /^(io|blkio)(\.bfq)?\.(weight|weight_device|leaf_weight|leaf_weight_device)$/,
    call: "openat2",
    errno: "ENOENT",
    hint: "weights need the BFQ scheduler (modprobe bfq) or, on v2, io cost control; leave the weight out",
  },
  {
    file: /^(io|blkio)\./,
    errno: "ENODEV",
    hint: "there is no block device with this number; partitions are not accepted, name the whole disk",
  },
  {
    file: /^(io|blkio)\./,
    errno: "ENXIO",
    hint: "there is no block device with this number; partitions are not accepted, name the whole disk",
  },
  {
    file: /^(io|blkio)\./,
    errno: "ERANGE",
    hint: "weights go from 10 to 1000; a rate must be above 0",
  },
  {
    file: /^hugetlb\./,
    call: "openat2",
    errno: "ENOENT",
    hint: "the machine has no huge pages of this size; see /sys/kernel/mm/hugepages",
  },
  {
    file: /^rdma\.max$/,
    errno: "EINVAL",
    hint: "there is no RDMA device of this name; see /sys/class/infiniband",
  },
  {
    file: /^net_prio\.ifpriomap$/,
    errno: "ENODEV",
    hint: "the runtime's network namespace has no interface of this name",
  },
  {
    file: /^devices\.(allow|deny)$/,
    errno: "EPERM",
    hint: "the parent cgroup does not allow this device itself, or the caller is not privileged",
  },
  {
    file: /^devices\.deny$/,
    errno: "EINVAL",
    hint: "the cgroup has children already",
  },
  {
    file: /^cgroup\.procs$/,
    call: "openat2",
    errno: "ENOENT",
    hint: "there is no such cgroup",
  },
  {
    file: /^cgroup\.procs$/,
    errno: "ENOSPC",
    hint: "the cpuset of the cgroup has no CPUs or no memory nodes",
  },
  {
    file: /^cgroup\.procs$/,
    errno: "EBUSY",
    hint: "a v2 cgroup that enables controllers for its children cannot hold processes; name a cgroup without children",
  },
  {
    file: /^cgroup\.procs$/,
    errno: "ENOTSUP",
    hint: "the cgroup or its parent is threaded; name a cgroup below a domain cgroup",
  },
  {
    call: "clone3",
    errno: "EBUSY",
    hint: "a v2 cgroup that enables controllers for its children cannot hold processes; name a cgroup without children",
  },
  {
    call: "clone3",
    errno: "ENOTSUP",
    hint: "the cgroup or its parent is threaded; name a cgroup below a domain cgroup",
  },
  {
    call: "clone3",
    errno: "EAGAIN",
    hint: "the pids limit of the cgroup or of a cgroup above it is reached",
  },
  {
    call: "bpf",
    errno: "EPERM",
    hint: "attaching a device program needs CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN) and no kernel lockdown",
  },
  {
    call: "bpf",
    errno: "EINVAL",
    hint: "the kernel lacks CONFIG_CGROUP_BPF, or a cgroup above does not allow more device programs",
  },
  {
    call: "mkdirat",
    errno: "EACCES",
    hint: "the caller may not make cgroups here; leave linux.cgroupsPath and the limits out, or delegate the cgroup",
  },
  {
    call: "mkdirat",
    errno: "EPERM",
    hint: "the caller may not make cgroups here; leave linux.cgroupsPath and the limits out, or delegate the cgroup",
  },
  {
    call: "mkdirat",
    errno: "EROFS",
    hint: "the cgroup filesystem is mounted read-only; mount it writable",
  },
  {
    call: "mkdirat",
    errno: "EAGAIN",
    hint: "a cgroup above allows no more descendants (cgroup.max.descendants or cgroup.max.depth)",
  },
  {
    call: "mkdirat",
    errno: "ENOSPC",
    hint: "the kernel has no room for more cgroups; remove dead ones",
  },
  {
    call: "mkdirat",
    errno: "ENOMEM",
    hint: "the kernel has no memory for another cgroup",
  },
  {
    errno: "EINVAL",
    hint: "the kernel does not take this value",
  },
  {
    errno: "ERANGE",
    hint: "the value is out of the range that the kernel takes",
  },
  {
    errno: "EACCES",
    hint: "the cgroup is not delegated to the caller",
  },
  {
    errno: "EPERM",
    hint: "the cgroup is not delegated to the caller",
  },
];

/**
 * The cure for a failed cgroup call, undefined when none is known. `file` is a cgroup file's name without directory,
 * `call` the system call that failed.
 */
export function cgroupHint(file: string | undefined, call: string, errno: string): string | undefined {
  const found = HINTS.find(
    (entry) =>
      entry.errno === errno &&
      (entry.call ?? "write") === call &&
      (entry.file === undefined || (file !== undefined && entry.file.test(file))),
  );
  if (found !== undefined) return found.hint;
  if (call !== "openat2" || file === undefined) return undefined;
  const controller = file.slice(0, Math.max(0, file.indexOf(".")));
  if (errno === "ENOENT" || errno === "EPERM") {
    return controller === "cgroup"
      ? "the kernel does not have this file"
      : `can't be set: controller ${JSON.stringify(controller)} not available in this cgroup, or the kernel lacks the file`;
  }
  if (errno === "EACCES") return "the cgroup is not delegated to the caller";
  return undefined;
}

/**
 * The cure for a failed `call` of a step of kind "cgroup", "limit" or "spawn": the file is the one that the step
 * opened last.
 */
export function cgroupStepHint(step: Step, call: Call, errno: string): string | undefined {
  if (call.op === "spawn") return cgroupHint(undefined, "clone3", errno);
  if (call.op !== "sys") return undefined;
  for (let i = step.calls.indexOf(call); i >= 0; i--) {
    const opened = step.calls[i];
    if (opened?.op !== "sys" || opened.name !== "openat2") continue;
    const path = opened.args[1];
    if (typeof path === "object" && "str" in path) {
      return cgroupHint(path.str.slice(path.str.lastIndexOf("/") + 1), call.name, errno);
    }
  }
  return cgroupHint(undefined, call.name, errno);
}
