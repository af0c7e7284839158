import type { Mount, Spec } from "../spec/types.ts";
import { specTemplate } from "./spec-template.ts";

/** What runc, Docker, containerd and Podman mask. */
const MASKED = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

/** What Docker, containerd and Podman let a container do. */
const CAPABILITIES = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];

/** Mounts of managers that are not as in the template. */
const MANAGER_MOUNTS: readonly Mount[] = [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev/shm",
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "noexec", "nodev", "mode=1777", "size=67108864"],
  },
  { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
];

const TEMPLATE = specTemplate({ cgroupNamespace: true, rootless: undefined });
const PROCESS = { ...TEMPLATE.process, cwd: "/", args: ["sh"] };

/** The hierarchies of cgroup v1 that distributions mount. */
export const V1_HIERARCHIES: readonly string[] = [
  "blkio",
  "cpu",
  "cpu,cpuacct",
  "cpuacct",
  "cpuset",
  "devices",
  "freezer",
  "hugetlb",
  "memory",
  "misc",
  "name=systemd",
  "net_cls",
  "net_cls,net_prio",
  "net_prio",
  "perf_event",
  "pids",
  "rdma",
];

/** Bind mounts with the options that managers write, on targets one to four names deep. */
const BINDS: readonly Mount[] = [
  ["bind"],
  ["bind", "ro"],
  ["bind", "rprivate"],
  ["rbind", "rprivate"],
  ["rbind", "rprivate", "ro"],
].flatMap((options) =>
  ["/1", "/1/2", "/1/2/3", "/1/2/3/4"].map((destination) => ({ destination, source: "/", options })),
);

const HOST_CGROUPS = {
  ...TEMPLATE.linux,
  namespaces: TEMPLATE.linux?.namespaces?.filter(({ type }) => type !== "cgroup") ?? [],
};

/** Configs whose steps many others have. Managers put a container one to four levels below the root of the cgroups. */
export const COMMON_SPECS: readonly Spec[] = [
  { ...TEMPLATE, process: { ...PROCESS, terminal: false }, linux: { ...TEMPLATE.linux, cgroupsPath: "/1" } },
  {
    ...TEMPLATE,
    process: { ...PROCESS, args: ["/bin/sh"] },
    linux: { ...HOST_CGROUPS, cgroupsPath: "/1/2" },
  },
  { ...TEMPLATE, linux: { ...HOST_CGROUPS, cgroupsPath: "/1/2/3" } },
  { ...TEMPLATE, linux: { ...HOST_CGROUPS, cgroupsPath: "/1/2/3/4" } },
  {
    ...TEMPLATE,
    mounts: [...MANAGER_MOUNTS, ...BINDS],
    process: {
      ...PROCESS,
      terminal: false,
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
    },
    linux: { ...TEMPLATE.linux, maskedPaths: MASKED },
  },
];
