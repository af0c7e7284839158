import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const CGROUPS = "/sys/fs/cgroup";
const NESTING = 3;

/** The folders of this process's cgroups, in each hierarchy. */
function ownCgroups(): string[] {
  const lines = readFileSync("/proc/self/cgroup", "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const [, names = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const name = names.replace(/^name=/, "");
    const mounts = name === "" ? [join(CGROUPS, "unified"), CGROUPS] : [join(CGROUPS, name)];
    return mounts.map((mount) => join(mount, path)).filter((folder) => existsSync(folder));
  });
}

function foldersWith(word: string, folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    if (entry.name.includes(word)) return [path];
    return depth > 0 ? foldersWith(word, path, depth - 1) : [];
  });
}

/** Removes cgroups whose names contain `word`, once their processes are killed. Returns those that there were. */
export function removeCgroups(word: string): string[] {
  const found = [...new Set(ownCgroups().flatMap((folder) => foldersWith(word, folder, NESTING)))];
  for (const folder of found) {
    const pids = readFileSync(join(folder, "cgroup.procs"), "utf8").trim();
    for (const pid of pids === "" ? [] : pids.split("\n")) process.kill(Number(pid), "SIGKILL");
  }
  for (const folder of found) {
    try {
      rmdirSync(folder);
    } catch (error) {
      console.error(`bench: ${folder} cannot be removed: ${error instanceof Error ? error.message : error}`);
    }
  }
  return found;
}
