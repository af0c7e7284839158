import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import { AT_FDCWD } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import { mountSlot } from "./cgroup-file.ts";
import { openMount } from "./hierarchy-steps.ts";
import { type CgroupJoin, joinCgroups, NO_JOIN } from "./join-steps.ts";
import type { CgroupDirectory, CgroupRecord } from "./record.ts";

const FROM = "runt:exec-cgroup";

function usage(value: string, reason: string): RuntError {
  return new RuntError({
    code: "USAGE",
    message: `--cgroup ${JSON.stringify(value)}: ${reason}`,
    phase: "cgroup",
  });
}

/** The sub-cgroup path of --cgroup, cleaned; it may not leave the container's cgroup. */
function subPath(value: string, path: string): string {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw usage(value, "is not a sub-cgroup of the container's cgroup");
  return names.join("/");
}

function below(directory: CgroupDirectory, sub: string): CgroupDirectory {
  return sub === "" ? directory : { ...directory, path: `${directory.path}/${sub}` };
}

/**
 * Applies the values of --cgroup, "[controller[,controller]:]path", to the container's directories. Throws USAGE for
 * a path outside, a controller that the container does not have, or controllers on v2.
 */
export function execDirectories(record: CgroupRecord, values: readonly string[]): readonly CgroupDirectory[] {
  return values.reduce<readonly CgroupDirectory[]>((directories, value) => {
    const colon = value.indexOf(":");
    const sub = subPath(value, value.slice(colon + 1));
    if (colon < 0) return directories.map((entry) => below(entry, sub));
    if (record.mode === "v2")
      throw usage(value, "controllers cannot be named on cgroup v2; give the path alone");
    const named = value.slice(0, colon).split(",");
    for (const name of named) {
      const known = directories.some((entry) => entry.version === 1 && entry.controllers.includes(name));
      if (!known) throw usage(value, `the container has no cgroup of the controller ${name}`);
    }
    return directories.map((entry) =>
      entry.version === 1 && named.some((name) => entry.controllers.includes(name))
        ? below(entry, sub)
        : entry,
    );
  }, record.directories);
}

/** The path of process `pid` in the cgroup2 hierarchy; undefined when it has ended. */
function unifiedPathOf(sys: Sys, pid: number): string | undefined {
  const text = sys.readFileIfThere(AT_FDCWD, `/proc/${pid}/cgroup`);
  const line = text?.split("\n").find((entry) => entry.startsWith("0::/"));
  return line?.slice("0::/".length).replace(/ \(deleted\)$/, "");
}

function openHierarchies(sys: Sys, directories: readonly CgroupDirectory[]): Step {
  const calls = directories.flatMap((directory, i) =>
    openMount(directory.mount, directory.version, mountSlot(i), sys.host.arch),
  );
  return { kind: "open", from: FROM, title: "open the cgroup hierarchies", calls };
}

/**
 * How exec joins the container's cgroups. `values` are those of --cgroup. Without them, the cgroup2 directory is the
 * one that init is in now: where init (systemd, or a runtime inside) moved itself below, the container's own cgroup
 * may not hold processes any more.
 */
export function joinForExec(
  sys: Sys,
  record: CgroupRecord,
  initPid: number,
  values: readonly string[] = [],
): CgroupJoin {
  if (record.directories.length === 0) {
    if (values.length > 0) throw usage(values[0] ?? "", "the container has no cgroup");
    return NO_JOIN;
  }
  const moved = values.length === 0 ? unifiedPathOf(sys, initPid) : undefined;
  const directories = execDirectories(record, values).map((entry) =>
    entry.version === 2 && moved !== undefined ? { ...entry, path: moved } : entry,
  );
  const join = joinCgroups(directories, sys.host.arch, FROM);
  return { ...join, born: [openHierarchies(sys, directories), ...join.born] };
}
