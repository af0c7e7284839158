import type { Mount, Spec } from "../spec/types.ts";
import { specTemplate } from "./spec-template.ts";

/** What is masked and read-only in the configs that runc, Docker, containerd and Podman write, in their order. */
const MASKED: readonly (readonly string[])[] = [
  [
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/sys/firmware",
    "/proc/scsi",
  ],
  [
    "/proc/asound",
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
  ],
  [
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
  ],
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

/** The mounts of managers, in their order, which is part of what an error says. */
const MANAGER_MOUNTS: readonly Mount[] = [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev",
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
  },
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
  },
  { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
];

function withMasks(masked: readonly string[]): Spec {
  const spec = specTemplate({ cgroupNamespace: true, rootless: undefined });
  return { ...spec, process: withoutTerminal(spec), linux: { ...spec.linux, maskedPaths: [...masked] } };
}

function withoutTerminal(spec: Spec): NonNullable<Spec["process"]> {
  return { ...spec.process, cwd: "/", args: ["sh"], terminal: false };
}

function ofManagers(masked: readonly string[]): Spec {
  const spec = withMasks(masked);
  const sets = { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES };
  return {
    ...spec,
    mounts: [...MANAGER_MOUNTS],
    process: { ...withoutTerminal(spec), capabilities: sets },
    linux: { ...spec.linux, namespaces: (spec.linux?.namespaces ?? []).map(({ type }) => ({ type })) },
  };
}

/** Configs whose steps many others have. */
export const COMMON_SPECS: readonly Spec[] = [
  specTemplate({ cgroupNamespace: true, rootless: undefined }),
  ...MASKED.map(withMasks),
  ...MASKED.slice(1).map(ofManagers),
];
