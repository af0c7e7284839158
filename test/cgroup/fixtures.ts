import type { CgroupFacts, HostFacts } from "../../src/host/facts.ts";

export const V2: CgroupFacts = {
  mode: "v2",
  v1: [],
  v2: {
    mount: "/sys/fs/cgroup",
    own: "/user.slice/shell.scope",
    controllers: ["cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma"],
  },
};

export const V1: CgroupFacts = {
  mode: "v1",
  v1: [
    { controllers: ["cpuset"], mount: "/sys/fs/cgroup/cpuset", own: "/" },
    { controllers: ["cpu", "cpuacct"], mount: "/sys/fs/cgroup/cpu,cpuacct", own: "/user.slice" },
    { controllers: ["memory"], mount: "/sys/fs/cgroup/memory", own: "/user.slice" },
    { controllers: ["pids"], mount: "/sys/fs/cgroup/pids", own: "/user.slice" },
    { controllers: ["devices"], mount: "/sys/fs/cgroup/devices", own: "/user.slice" },
    { controllers: ["freezer"], mount: "/sys/fs/cgroup/freezer", own: "/" },
    { controllers: ["blkio"], mount: "/sys/fs/cgroup/blkio", own: "/" },
    { controllers: ["net_cls", "net_prio"], mount: "/sys/fs/cgroup/net_cls,net_prio", own: "/" },
    { controllers: ["name=systemd"], mount: "/sys/fs/cgroup/systemd", own: "/user.slice/shell.scope" },
  ],
  v2: undefined,
};

export const HYBRID: CgroupFacts = {
  mode: "hybrid",
  v1: V1.v1,
  v2: { mount: "/sys/fs/cgroup/unified", own: "/user.slice/shell.scope", controllers: ["hugetlb"] },
};

export const NONE: CgroupFacts = { mode: "none", v1: [], v2: undefined };

/** Facts of a host with these cgroups, for root in the initial user namespace. */
export function hostFacts(cgroup: CgroupFacts, over: Partial<HostFacts> = {}): HostFacts {
  return {
    arch: "x86_64",
    kernel: { release: "6.1.0", major: 6, minor: 1 },
    euid: 0,
    inUserNamespace: false,
    cgroup,
    capabilities: Array.from({ length: 41 }, (_, bit) => bit),
    lastCapability: 40,
    lsm: { apparmor: false, selinux: false },
    nofile: { soft: 1024, hard: 4096 },
    ...over,
  };
}
