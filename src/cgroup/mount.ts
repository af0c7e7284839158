import type { HostFacts } from "../host/facts.ts";
import type { CgroupDirectory, CgroupRecord } from "./record.ts";

/** One v1 hierarchy inside of a container's tmpfs on /sys/fs/cgroup. */
export interface V1CgroupMount {
  /** Directory below the mount's destination, for example "cpu,cpuacct" or "systemd". */
  name: string;
  /**
   * With a cgroup namespace: a new mount of type cgroup with this data ("cpu,cpuacct", "none,name=systemd"); the
   * namespace makes the container's cgroup its root.
   */
  data?: string | undefined;
  /** Without one: a bind mount of the container's own directory on the host. */
  bind?: { mount: string; path: string } | undefined;
}

/** What a mount of type "cgroup" in config.json stands for on this host. */
export type CgroupMountPlan =
  /** One mount of type cgroup2; where that is refused (EPERM, EBUSY), a bind mount of `bind`. */
  | { kind: "v2"; bind: { mount: string; path: string } }
  /** A tmpfs (mode=755) with one directory per hierarchy and links for joint ones; remounted read-only if asked. */
  | { kind: "v1"; mounts: readonly V1CgroupMount[]; links: readonly { name: string; target: string }[] }
  /** No cgroup filesystem on this host. */
  | { kind: "none" };

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function mountData(controllers: readonly string[]): string {
  const joined = controllers.join(",");
  // KERNEL: a hierarchy without controllers has to say so.
  return joined.startsWith("name=") ? `none,${joined}` : joined;
}

function v1Mount(directory: CgroupDirectory, hasCgroupNamespace: boolean): V1CgroupMount {
  const name = baseName(directory.mount);
  return hasCgroupNamespace
    ? { name, data: mountData(directory.controllers) }
    : { name, bind: { mount: directory.mount, path: directory.path } };
}

/**
 * Data for a mount of type "cgroup": `record` is the container's (compileCgroup). In hybrid mode the container sees
 * the v1 hierarchies only, as with other runtimes.
 */
export function cgroupMountPlan(
  facts: HostFacts,
  record: CgroupRecord,
  hasCgroupNamespace: boolean,
): CgroupMountPlan {
  const { mode, v1, v2 } = facts.cgroup;
  if (mode === "none") return { kind: "none" };
  if (mode === "v2") {
    const path = hasCgroupNamespace ? (record.directories[0]?.path ?? "") : "";
    return { kind: "v2", bind: { mount: v2?.mount ?? "/sys/fs/cgroup", path } };
  }
  // A container without cgroups of its own sees its caller's.
  const directories: readonly CgroupDirectory[] =
    record.directories.length > 0
      ? record.directories.filter((entry) => entry.version === 1)
      : v1.map(({ controllers, mount, own }) => ({ version: 1, controllers, mount, path: own.slice(1) }));
  const links = directories.flatMap(({ controllers, mount }) =>
    controllers
      .filter((controller) => !controller.startsWith("name=") && controller !== baseName(mount))
      .map((name) => ({ name, target: baseName(mount) })),
  );
  return { kind: "v1", mounts: directories.map((entry) => v1Mount(entry, hasCgroupNamespace)), links };
}
