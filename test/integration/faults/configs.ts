/** The three configs whose plans are broken at every step. */
import type { Spec } from "../../../src/spec/types.ts";

const TRUE = { path: "/bin/true", args: ["true"] };
const MAPPING = [{ containerID: 0, hostID: 100000, size: 65536 }];

export const CONFIGS: Readonly<Record<string, (spec: Spec) => void>> = {
  default: () => undefined,
  user: (spec) => {
    const linux = spec.linux ?? {};
    spec.linux = {
      ...linux,
      namespaces: [...(linux.namespaces ?? []), { type: "user" }, { type: "cgroup" }],
      uidMappings: MAPPING,
      gidMappings: MAPPING,
    };
    spec.mounts = [
      ...(spec.mounts ?? []),
      { destination: "/data", type: "bind", source: "/etc", options: ["rbind", "ro", "nosuid", "nodev"] },
    ];
  },
  hooks: (spec) => {
    spec.hooks = {
      prestart: [TRUE],
      createRuntime: [TRUE],
      createContainer: [{ ...TRUE, timeout: 10 }],
      startContainer: [TRUE],
      poststart: [TRUE],
      poststop: [TRUE],
    };
    spec.linux = {
      ...spec.linux,
      devices: [
        { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o600 },
        { path: "/dev/queue", type: "p" },
      ],
      maskedPaths: ["/proc/kcore", "/sys/firmware", "/proc/scsi", "/etc"],
      readonlyPaths: ["/proc/sys", "/proc/bus"],
      resources: { memory: { limit: 64 * 1024 * 1024 }, pids: { limit: 32 }, cpu: { shares: 512 } },
      sysctl: { "kernel.msgmax": "8192" },
    };
    spec.process = { ...spec.process, cwd: "/made/on/demand", oomScoreAdj: 100 };
    spec.root = { path: "rootfs" };
  },
};
