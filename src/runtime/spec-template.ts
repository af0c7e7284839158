import type { Mount, Namespace, Spec } from "../spec/types.ts";
import { SPEC_VERSION } from "../state/output.ts";

/** What the template depends on. */
export interface TemplateFacts {
  /** True on a machine with nothing but cgroup v2, where the container gets a cgroup namespace. */
  cgroupNamespace: boolean;
  /** The caller's ids, for a config that needs no privileges; undefined for root's. */
  rootless: { uid: number; gid: number } | undefined;
}

/** What a shell in a container may do besides being a user: write audit records, kill, bind low ports. */
const CAPABILITIES = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

/** Kernel files that tell about, or act on, the whole machine. */
const MASKED_PATHS = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/firmware",
];
const READONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** A config.json that runs a shell in `rootfs`, with the same substance as the one that runc writes. */
export function specTemplate(facts: TemplateFacts): Spec {
  const { rootless } = facts;
  return {
    ociVersion: SPEC_VERSION,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "runt",
    mounts: mounts(rootless !== undefined),
    linux: {
      // The caller's own ids are the only ones that it may map.
      ...(rootless === undefined
        ? { resources: { devices: [{ allow: false, access: "rwm" }] } }
        : {
            uidMappings: [{ containerID: 0, hostID: rootless.uid, size: 1 }],
            gidMappings: [{ containerID: 0, hostID: rootless.gid, size: 1 }],
          }),
      namespaces: namespaceTypes(facts).map((type) => ({ type })),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}

/** Without privileges the container stays in the host's network, where it could not set one up anyway. */
function namespaceTypes(facts: TemplateFacts): Namespace["type"][] {
  const types: Namespace["type"][] = [
    "pid",
    facts.rootless === undefined ? "network" : "user",
    "ipc",
    "uts",
    "mount",
  ];
  return facts.cgroupNamespace ? [...types, "cgroup"] : types;
}

function mounts(rootless: boolean): Mount[] {
  const secure = ["nosuid", "noexec", "nodev"];
  const devptsGroup = rootless ? [] : ["gid=5"];
  return [
    { destination: "/proc", type: "proc", source: "proc" },
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
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", ...devptsGroup],
    },
    {
      destination: "/dev/shm",
      type: "tmpfs",
      source: "shm",
      options: [...secure, "mode=1777", "size=65536k"],
    },
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: secure },
    rootless
      ? { destination: "/sys", type: "none", source: "/sys", options: ["rbind", ...secure, "ro"] }
      : { destination: "/sys", type: "sysfs", source: "sysfs", options: [...secure, "ro"] },
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: [...secure, "relatime", "ro"],
    },
  ];
}
