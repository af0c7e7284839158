import type { CgroupFacts } from "../host/facts.ts";

/** The container's directory in one mounted hierarchy. */
export interface CgroupDirectory {
  version: 1 | 2;
  /** What the hierarchy carries, for example ["cpu", "cpuacct"], ["name=systemd"]; for v2 the root's controllers. */
  controllers: readonly string[];
  /** Where the hierarchy is mounted. */
  mount: string;
  /** The directory below the mount, without a leading slash, never empty: "docker/0123". */
  path: string;
}

/** What the state file and the journal keep of a container's cgroups; plain JSON. */
export interface CgroupRecord {
  /** Mode of the host when the container was made; "none" = the container has no cgroups of its own. */
  mode: CgroupFacts["mode"];
  /** The leaf directories in the order in which they are made; delete removes these and what is below them. */
  directories: readonly CgroupDirectory[];
}

/** The directory whose hierarchy carries a controller: its v1 name first, else its v2 name ("blkio", "io"). */
export function directoryOf(
  directories: readonly CgroupDirectory[],
  v1Name: string,
  v2Name: string = v1Name,
): CgroupDirectory | undefined {
  return (
    directories.find((entry) => entry.version === 1 && entry.controllers.includes(v1Name)) ??
    directories.find((entry) => entry.version === 2 && entry.controllers.includes(v2Name))
  );
}

/** The cgroup2 directory, in pure v2 and in hybrid mode. */
export function unifiedDirectory(directories: readonly CgroupDirectory[]): CgroupDirectory | undefined {
  return directories.find((entry) => entry.version === 2);
}

/**
 * The hierarchy that is asked for processes: every container joins all of them, so one is enough. In the cgroup2 one
 * init is from its birth.
 */
export function processDirectory(record: CgroupRecord): CgroupDirectory | undefined {
  return (
    unifiedDirectory(record.directories) ??
    directoryOf(record.directories, "freezer") ??
    record.directories[0]
  );
}
