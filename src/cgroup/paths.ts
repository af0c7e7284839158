import { utf8Length } from "../bytes/utf8.ts";
import { RuntError } from "../error/runt-error.ts";
import type { CgroupFacts } from "../host/facts.ts";
import type { CgroupDirectory } from "./record.ts";

const LONGEST_NAME = 255;

/** `path` cleaned lexically as if it were absolute, as a list of names; ".." cannot climb over the top. */
function cleanNames(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names;
}

function invalidPath(cgroupsPath: string, reason: string): RuntError {
  return new RuntError({
    code: "SPEC_INVALID",
    message: `linux.cgroupsPath ${JSON.stringify(cgroupsPath)}: ${reason}`,
    phase: "cgroup",
    pointer: "/linux/cgroupsPath",
  });
}

function checkNames(cgroupsPath: string, names: readonly string[]): void {
  if (names.length === 0) throw invalidPath(cgroupsPath, "names the root cgroup; name a cgroup below it");
  for (const name of names) {
    if (utf8Length(name) > LONGEST_NAME)
      throw invalidPath(cgroupsPath, `a name is longer than ${LONGEST_NAME} bytes`);
    // KERNEL: cgroup_mkdir refuses a newline, because it would break /proc/PID/cgroup.
    if (/[\n\0]/.test(name)) throw invalidPath(cgroupsPath, "a name holds a newline or a NUL");
  }
}

/** The names of the runtime's own cgroup; fails when that cgroup cannot be reached through the mount. */
function ownNames(mount: string, own: string): string[] {
  if (own.split("/").includes("..")) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `the runtime's own cgroup ${own} lies outside of what is mounted on ${mount}`,
      phase: "cgroup",
      pointer: "/linux/cgroupsPath",
      hint: "set linux.cgroupsPath to an absolute path",
    });
  }
  return cleanNames(own);
}

/**
 * The container's directories, one for every mounted hierarchy (named v1 hierarchies included; in hybrid mode the
 * cgroup2 one as well, so that cgroup.kill and its controllers work there).
 *
 * SPEC(config-linux.md#cgroups-path): an absolute path starts at each mount. A relative one starts at the runtime's
 * own cgroup on v1, and beside it on v2 (below it would break the rule that a cgroup with controllers for its
 * children holds no processes). Without a path the container's id is the relative path.
 * Throws SPEC_INVALID for a path that names no cgroup, HOST_UNSUPPORTED when the own cgroup is out of reach.
 */
export function cgroupDirectories(
  cgroupsPath: string | undefined,
  id: string,
  facts: CgroupFacts,
): readonly CgroupDirectory[] {
  const asked = cgroupsPath === undefined || cgroupsPath === "" ? id : cgroupsPath;
  const names = cleanNames(asked);
  checkNames(asked, names);
  const absolute = asked.startsWith("/");
  const v1 = facts.v1.map(({ controllers, mount, own }): CgroupDirectory => {
    const base = absolute ? [] : ownNames(mount, own);
    return { version: 1, controllers, mount, path: [...base, ...names].join("/") };
  });
  if (facts.v2 === undefined) return v1;
  const { controllers, mount, own } = facts.v2;
  const base = absolute ? [] : ownNames(mount, own).slice(0, -1);
  return [...v1, { version: 2, controllers, mount, path: [...base, ...names].join("/") }];
}
