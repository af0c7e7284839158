import type { CgroupFacts, CgroupV1Facts, CgroupV2Facts } from "./facts.ts";

/** One line of mountinfo that is a cgroup mount; proc_pid_mountinfo(5). */
interface CgroupMount {
  root: string;
  mount: string;
  type: string;
  options: readonly string[];
}

/** What stands before the type; a blank inside a path is escaped. */
const MARK = " - cgroup";

/** Undoes the octal escapes of mountinfo. */
function unescapeOctal(path: string): string {
  if (!path.includes("\\")) return path;
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function cgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  // The other mounts of a host may be thousands.
  for (let dash = mountinfo.indexOf(MARK); dash >= 0; dash = mountinfo.indexOf(MARK, dash + 1)) {
    const left = mountinfo.slice(mountinfo.lastIndexOf("\n", dash) + 1, dash).split(" ");
    const end = mountinfo.indexOf("\n", dash);
    const [type = "", , options = ""] = mountinfo.slice(dash + 3, end < 0 ? undefined : end).split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    mounts.push({
      root: unescapeOctal(left[3] ?? "/"),
      mount: unescapeOctal(left[4] ?? ""),
      type,
      options: options.split(","),
    });
  }
  return mounts;
}

/** "0::/x" and "4:memory:/x" lines of /proc/self/cgroup: controllers joined by commas ("" for cgroup2) to path. */
function ownCgroups(text: string): Map<string, string> {
  const own = new Map<string, string>();
  for (const line of text.split("\n")) {
    const first = line.indexOf(":");
    const second = line.indexOf(":", first + 1);
    if (second > 0) own.set(line.slice(first + 1, second), line.slice(second + 1));
  }
  return own;
}

/** The own cgroup as seen from the mount: below the mount's root. */
function below(path: string, root: string): string {
  if (root === "/" || !path.startsWith(root)) return path;
  return path.slice(root.length) || "/";
}

/**
 * Finds the cgroup hierarchies in the texts of /proc/self/mountinfo and /proc/self/cgroup. Only mounts below
 * /sys/fs/cgroup count, since others are copies; the last one mounted on a path hides those before it.
 */
export function parseCgroupFacts(
  mountinfo: string,
  ownText: string,
  controllersOf: (mount: string) => string,
): CgroupFacts {
  const own = ownCgroups(ownText);
  const v1Cgroups = [...own].filter(([names]) => names !== "");
  const hierarchies = v1Cgroups.map(([names, path]) => [names.split(","), path] as const);
  const visible = new Map<string, CgroupMount>();
  for (const mount of cgroupMounts(mountinfo)) {
    if (mount.mount !== "/sys/fs/cgroup" && !mount.mount.startsWith("/sys/fs/cgroup/")) continue;
    if (mount.mount === "/sys/fs/cgroup") visible.clear();
    visible.set(mount.mount, mount);
  }
  const v1: CgroupV1Facts[] = [];
  let v2: CgroupV2Facts | undefined;
  for (const mount of visible.values()) {
    if (mount.type === "cgroup2") {
      const controllers = controllersOf(mount.mount)
        .split(/\s+/)
        .filter((name) => name !== "");
      v2 = { mount: mount.mount, own: below(own.get("") ?? "/", mount.root), controllers };
      continue;
    }
    for (const [names, path] of hierarchies) {
      if (!names.every((name) => mount.options.includes(name))) continue;
      v1.push({ controllers: names, mount: mount.mount, own: below(path, mount.root) });
    }
  }
  const mode = v1.length > 0 ? (v2 === undefined ? "v1" : "hybrid") : v2 === undefined ? "none" : "v2";
  return { mode, v1, v2 };
}
