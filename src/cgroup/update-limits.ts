import { RuntError } from "../error/runt-error.ts";
import { RESOLVE_STRICT, type Sys } from "../host/sys.ts";
import { O } from "../plan/build.ts";
import { fieldOf } from "../spec/pointer.ts";
import { hasErrno, readCgroupFile, withDirectory } from "./directory.ts";
import { cgroupHint } from "./hints.ts";
import { type CgroupWarning, RESOURCES, type Resources, showBytes } from "./limits.ts";
import { type PlacedLimit, placeLimits } from "./place-limits.ts";
import { type CgroupRecord, directoryOf } from "./record.ts";

function reject(what: "memory" | "memory+swap", limit: number, usage: number): RuntError {
  const field = what === "memory" ? "limit" : "swap";
  return new RuntError({
    code: "CGROUP",
    message: `rejecting ${what} limit ${showBytes(limit)}: the container uses ${showBytes(usage)} already`,
    phase: "cgroup",
    pointer: `${RESOURCES}/memory/${field}`,
    hint: "raise the limit, or leave memory.checkBeforeUpdate out to let the kernel reclaim or kill",
  });
}

/**
 * SPEC(config-linux.md#memory): with checkBeforeUpdate, limits at or below what is used are refused before anything
 * is written. `usage` and `withSwap` are bytes in use, without and with swap.
 */
export function checkMemoryUpdate(memory: Resources["memory"], usage: number, withSwap: number): void {
  if (memory?.checkBeforeUpdate !== true) return;
  const limit = memory.limit ?? 0;
  const swap = memory.swap ?? 0;
  if (limit > 0 && limit <= usage) throw reject("memory", limit, usage);
  if (swap > 0 && swap <= withSwap) throw reject("memory+swap", swap, withSwap);
}

function checkUsage(sys: Sys, record: CgroupRecord, resources: Resources): void {
  const directory = directoryOf(record.directories, "memory");
  if (resources.memory?.checkBeforeUpdate !== true || directory === undefined) return;
  const read = (file: string): number =>
    Number(withDirectory(sys, directory, (dir) => readCgroupFile(sys, dir, file)) ?? 0);
  if (directory.version === 1) {
    const usage = read("memory.usage_in_bytes");
    checkMemoryUpdate(resources.memory, usage, Math.max(usage, read("memory.memsw.usage_in_bytes")));
  } else {
    const usage = read("memory.current");
    checkMemoryUpdate(resources.memory, usage, usage + read("memory.swap.current"));
  }
}

/** Writes the lines of one value; false when the file does not exist. */
function writeValue(sys: Sys, dir: number, file: string, value: string, missingIsFine: boolean): boolean {
  const tolerate = missingIsFine ? ["ENOENT"] : [];
  const fd = sys.openat2(dir, file, O.WRONLY, { resolve: RESOLVE_STRICT, tolerate });
  if (fd < 0) return false;
  try {
    for (const line of value.split("\n")) sys.write(fd, line);
    return true;
  } finally {
    sys.close(fd);
  }
}

function apply(sys: Sys, record: CgroupRecord, { write, directory }: PlacedLimit): void {
  const place = record.directories[directory];
  if (place === undefined) return;
  const { file, value, otherwise, ifMissing } = write;
  const there = withDirectory(sys, place, (dir) => {
    if (writeValue(sys, dir, file, value, otherwise !== undefined || ifMissing !== undefined)) return true;
    if (otherwise !== undefined) writeValue(sys, dir, otherwise.file, otherwise.value, false);
    return true;
  });
  if (there === undefined) {
    throw new RuntError({ code: "CGROUP", message: `the container's cgroup /${place.path} is gone` });
  }
}

function explain(limit: PlacedLimit, error: unknown): unknown {
  if (!(error instanceof RuntError) || error.errno === undefined) return error;
  const { file, value, shown, pointer } = limit.write;
  const call = error.call?.includes("openat2(") ? "openat2" : "write";
  return new RuntError({
    code: "CGROUP",
    message: `${fieldOf(pointer)}: write ${file} = ${shown ?? value}: ${error.message}`,
    phase: "cgroup",
    pointer,
    call: error.call,
    errno: error.errno,
    hint: cgroupHint(file, call, error.errno),
    cause: error,
  });
}

/**
 * Sets new limits on a running container; device rules are never touched. Values depend on one another (quota and
 * period, memory and memory+swap), and which has to go first depends on what is set now: what the kernel refuses
 * with EINVAL is tried again after the others, once. Throws CGROUP naming the field; returns warnings.
 */
export function updateLimits(sys: Sys, record: CgroupRecord, resources: Resources): readonly CgroupWarning[] {
  const { limits, warnings } = placeLimits(resources, record);
  checkUsage(sys, record, resources);
  const again: PlacedLimit[] = [];
  for (const limit of limits) {
    try {
      apply(sys, record, limit);
    } catch (error) {
      if (!hasErrno(error, ["EINVAL"])) throw explain(limit, error);
      again.push(limit);
    }
  }
  for (const limit of again) {
    try {
      apply(sys, record, limit);
    } catch (error) {
      throw explain(limit, error);
    }
  }
  return warnings;
}
