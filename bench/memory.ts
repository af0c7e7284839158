import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./ground.ts";
import { ProgramFailed } from "./launcher.ts";
import type { Runtime } from "./runtimes.ts";

const PAGE = 4096;
const MOST_PAGES = 2048;
const TRIES = 3;
const CGROUPS = "/sys/fs/cgroup";

/** The folder of a process's memory cgroup; its files' names are those of v1 when `v1`. */
function memoryCgroup(pid: number): { folder: string; v1: boolean } {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const path = (start: RegExp): string | undefined =>
    lines.find((line) => start.test(line))?.replace(/^\d+:[^:]*:/, "");
  const old = path(/^\d+:([^:]*,)?memory[,:]/);
  if (old !== undefined) return { folder: join(CGROUPS, "memory", old), v1: true };
  return { folder: join(CGROUPS, path(/^0::/) ?? ""), v1: false };
}

/**
 * What a process's memory cgroup has been charged, in bytes: the most so far, and now. The kernel charges in batches
 * of up to 64 pages for each CPU.
 */
export function chargedMemory(pid: number): { most: number; now: number } {
  const { folder, v1 } = memoryCgroup(pid);
  const read = (name: string): number => Number(readFileSync(join(folder, name), "utf8"));
  if (v1) return { most: read("memory.max_usage_in_bytes"), now: read("memory.usage_in_bytes") };
  if (!existsSync(join(folder, "memory.peak"))) throw new ProgramFailed("the kernel has no memory.peak");
  return { most: read("memory.peak"), now: read("memory.current") };
}

/**
 * The lowest number from 1 to `most` that `works`, when all above it work too.
 * @returns undefined when not even `most` does
 */
export async function lowest(
  most: number,
  works: (value: number) => Promise<boolean>,
): Promise<number | undefined> {
  if (!(await works(most))) return undefined;
  let fails = 0;
  let holds = most;
  while (holds - fails > 1) {
    const middle = Math.floor((fails + holds) / 2);
    if (await works(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}

/**
 * The smallest linux.resources.memory.limit, in bytes, with which the smallest program runs three times of three.
 * @throws ProgramFailed when 8 MiB are too few
 */
export async function smallestLimit(ground: Ground, runtime: Runtime): Promise<number> {
  const pages = await lowest(MOST_PAGES, async (count) => {
    const bundle = ground.bundles.withMemory(count * PAGE);
    try {
      for (let i = 0; i < TRIES; i++) await ground.run(runtime, bundle, 5);
    } catch (error) {
      if (error instanceof ProgramFailed) return false;
      throw error;
    }
    return true;
  });
  if (pages === undefined) throw new ProgramFailed(`it does not run with ${MOST_PAGES * PAGE} bytes`);
  return pages * PAGE;
}
