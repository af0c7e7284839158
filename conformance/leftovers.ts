import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";

const CGROUP_ROOT = "/sys/fs/cgroup";
const DELETE_TIMEOUT_MS = 20_000;
/** How often a cgroup whose processes were just killed is tried again. */
const RMDIR_TRIES = 50;

/** Where one program ran, as far as its leftovers can be told from others'. */
export interface Place {
  /** Its temporary directory. */
  readonly dir: string;
  /** Its runtime, which keeps its state in `stateDir`. */
  readonly runtime: string;
  readonly stateDir: string;
  /** A `NAME=value` that only its processes have in their environment. */
  readonly mark: string;
  /** Names of cgroups that are its own, besides those named by a container's id. */
  readonly cgroups: readonly string[];
}

/** Removes what a program left: containers, processes, cgroups, mounts. Returns their names. */
export function removeLeftovers(place: Place): string[] {
  const ids = existsSync(place.stateDir) ? readdirSync(place.stateDir) : [];
  return [
    ...ids.map((id) => deleteContainer(place, id)),
    ...killMarked(place.mark),
    ...removeCgroups([...place.cgroups, ...ids]),
    ...unmountBelow(place.dir),
  ];
}

function deleteContainer({ runtime }: Place, id: string): string {
  try {
    execFileSync(runtime, ["delete", "--force", id], { stdio: "pipe", timeout: DELETE_TIMEOUT_MS });
    return `container ${id}`;
  } catch (error) {
    return `container ${id}, which cannot be deleted: ${error instanceof Error ? error.message.trim() : error}`;
  }
}

/** Kills processes that inherited the program's environment. */
function killMarked(mark: string): string[] {
  const killed: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const environment = readIfThere(`/proc/${pid}/environ`);
    if (!environment.split("\0").includes(mark)) continue;
    killed.push(`process ${readIfThere(`/proc/${pid}/comm`).trim()}`);
    kill(Number(pid));
  }
  return killed;
}

function removeCgroups(names: readonly string[]): string[] {
  const found = cgroupsNamed(CGROUP_ROOT, new Set(names), 0);
  for (const path of found) removeCgroup(path);
  return found.map((path) => `cgroup ${path}`);
}

/** Directories with one of the names, not deeper than a container's cgroup is put. */
function cgroupsNamed(dir: string, names: ReadonlySet<string>, depth: number): string[] {
  if (depth > 4) return [];
  return subdirectories(dir).flatMap((path) =>
    names.has(basename(path)) ? [path] : cgroupsNamed(path, names, depth + 1),
  );
}

function subdirectories(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(dir, entry.name));
  } catch {
    return []; // Removed meanwhile.
  }
}

function removeCgroup(path: string): void {
  for (const child of subdirectories(path)) removeCgroup(child);
  for (let tries = 0; tries < RMDIR_TRIES && existsSync(path); tries++) {
    for (const pid of readIfThere(join(path, "cgroup.procs")).split("\n").filter(Boolean)) kill(Number(pid));
    try {
      rmdirSync(path);
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); // Its processes are still ending.
    }
  }
}

function unmountBelow(dir: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${dir}/`))
    .reverse();
  for (const point of points) execFileSync("umount", ["--lazy", point], { stdio: "pipe" });
  return points.map((point) => `mount ${point}`);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // The process or the cgroup is gone, which is what is wanted.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
