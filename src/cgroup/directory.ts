import { RuntError } from "../error/runt-error.ts";
import { readShortFile } from "../host/short-file.ts";
import { RESOLVE_STRICT, type Sys } from "../host/sys.ts";
import { archFlags, O } from "../plan/build.ts";
import { CGROUP_MAGIC } from "./hierarchy-steps.ts";
import type { CgroupDirectory } from "./record.ts";

/** Errnos that say that a cgroup, or a file of it, is gone. */
export const GONE = ["ENOENT", "ENODEV"] as const;

/** True for an error of a call with one of these errnos. */
export function hasErrno(error: unknown, errnos: readonly string[]): boolean {
  return error instanceof RuntError && error.errno !== undefined && errnos.includes(error.errno);
}

/** Wraps an error of a call: what could not be done to which cgroup; code CGROUP. */
export function cgroupError(message: string, cause?: unknown, hint?: string): RuntError {
  const known = cause instanceof RuntError ? cause : undefined;
  return new RuntError({
    code: "CGROUP",
    message: known === undefined ? message : `${message}: ${known.message}`,
    phase: "cgroup",
    call: known?.call,
    errno: known?.errno,
    hint,
    cause,
  });
}

/** Makes sure that an open file is on a filesystem that holds the directory's hierarchy; `type` is its f_type. */
function checkType(type: number, { mount, version }: CgroupDirectory): void {
  if (type === CGROUP_MAGIC[version]) return;
  throw cgroupError(`${mount} is no cgroup${version === 2 ? "2" : ""} filesystem`);
}

/** Runs `use` with the mount of the directory's hierarchy open (O_PATH) and verified to be a cgroup filesystem. */
export function withMount<T>(sys: Sys, directory: CgroupDirectory, use: (mount: number) => T): T {
  const fd = sys.open(directory.mount, O.PATH | archFlags(sys.host.arch).DIRECTORY);
  try {
    checkType(sys.filesystemType(fd), directory);
    return use(fd);
  } finally {
    sys.close(fd);
  }
}

/**
 * Runs `use` with the container's directory open for listing; undefined when the directory does not exist.
 */
export function withDirectory<T>(
  sys: Sys,
  directory: CgroupDirectory,
  use: (dir: number) => T,
): T | undefined {
  return withMount(sys, directory, (mount) => {
    const fd = openChild(sys, mount, directory.path);
    if (fd === undefined) return undefined;
    try {
      return use(fd);
    } finally {
      sys.close(fd);
    }
  });
}

/** Opens a cgroup below `dir` for listing; undefined when it does not exist. The caller closes it. */
export function openChild(sys: Sys, dir: number, path: string): number | undefined {
  const flags = O.RDONLY | archFlags(sys.host.arch).DIRECTORY;
  const fd = sys.openat2(dir, path, flags, { resolve: RESOLVE_STRICT, tolerate: GONE });
  return fd < 0 ? undefined : fd;
}

/** The names of the cgroups right below an open one. */
export function childNames(sys: Sys, dir: number): string[] {
  const DT_DIR = 4;
  return sys
    .list(dir)
    .filter((entry) => entry.type === DT_DIR)
    .map((entry) => entry.name);
}

/** The text of a cgroup file; undefined when the file or the cgroup is gone. */
export function readCgroupFile(sys: Sys, dir: number, file: string): string | undefined {
  try {
    return sys.readFileIfThere(dir, file, RESOLVE_STRICT);
  } catch (error) {
    // KERNEL: a file of a cgroup that was removed after the open reads as ENODEV.
    if (hasErrno(error, GONE)) return undefined;
    throw error;
  }
}

/** The text of a short file of the container's directory; undefined when the file or the cgroup is gone. */
export function readOnce(sys: Sys, directory: CgroupDirectory, name: string): string | undefined {
  try {
    const file = readShortFile(sys, `${directory.mount}/${directory.path}/${name}`);
    // What is not there may be missing because something else is mounted there.
    if (file === undefined) return withDirectory(sys, directory, (dir) => readCgroupFile(sys, dir, name));
    checkType(file.filesystem, directory);
    return sys.host.text(file.bytes);
  } catch (error) {
    if (hasErrno(error, GONE)) return undefined;
    throw error;
  }
}

/** Writes a cgroup file; false when the file or the cgroup is gone. */
export function writeCgroupFile(sys: Sys, dir: number, file: string, text: string): boolean {
  try {
    sys.writeFile(dir, file, text, RESOLVE_STRICT);
    return true;
  } catch (error) {
    if (hasErrno(error, GONE)) return false;
    throw error;
  }
}

/** The number after `key ` in a cgroup file of "key value" lines; 0 when there is no such line. */
export function keyedNumber(text: string | undefined, key: string): number {
  const line = (text ?? "").split("\n").find((entry) => entry.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

/** The process ids in cgroup.procs of an open cgroup, and of those below it if `recursive`. */
export function readPids(sys: Sys, dir: number, recursive: boolean): number[] {
  const text = readCgroupFile(sys, dir, "cgroup.procs") ?? "";
  const pids = text
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
  if (!recursive) return pids;
  for (const name of childNames(sys, dir)) {
    const child = openChild(sys, dir, name);
    if (child === undefined) continue;
    try {
      pids.push(...readPids(sys, child, true));
    } finally {
      sys.close(child);
    }
  }
  return pids;
}
