/** What the machine is, probed once per run; compile takes its choices from here, so that explain is truthful. */
export interface HostFacts {
  arch: "x86_64" | "aarch64";
  /** From uname, for example {release: "6.18.44", major: 6, minor: 18}. */
  kernel: { release: string; major: number; minor: number };
  euid: number;
  /** True when runt itself runs inside a user namespace other than the initial one. */
  inUserNamespace: boolean;
  cgroup: CgroupFacts;
  /** Numbers of the capabilities that runt itself is permitted; it can grant no others. */
  capabilities: readonly number[];
  /** Highest capability that the kernel knows (/proc/sys/kernel/cap_last_cap). */
  lastCapability: number;
  lsm: { apparmor: boolean; selinux: boolean };
  /** Fields of the signal and file limits that the runtime itself was started with. */
  nofile: { soft: number; hard: number };
}

/** One mounted cgroup v1 hierarchy. */
export interface CgroupV1Facts {
  /** Controllers, for example ["cpu", "cpuacct"]; a named hierarchy is ["name=systemd"]. */
  controllers: readonly string[];
  /** Where it is mounted, for example "/sys/fs/cgroup/cpu,cpuacct". */
  mount: string;
  /** The runtime's own cgroup in it, relative to the mount, for example "/" or "/user.slice". */
  own: string;
}

/** The mounted cgroup2 hierarchy. */
export interface CgroupV2Facts {
  mount: string;
  own: string;
  /** Controllers in the root's cgroup.controllers. */
  controllers: readonly string[];
}

export interface CgroupFacts {
  /** "v2": only cgroup2; "v1": no cgroup2; "hybrid": v1 controllers with a cgroup2 beside them. */
  mode: "v1" | "v2" | "hybrid" | "none";
  v1: readonly CgroupV1Facts[];
  v2: CgroupV2Facts | undefined;
}
