/** Drives the program itself, as managers do: RUNT names it, build/runt-node is the default. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

// Library calls change the working directory; the path has to be absolute before.
const PROGRAM = resolve(process.env.RUNT ?? "build/runt-node");

/** What one command did. */
export interface Done {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Commands of one state root. */
export function commandsIn(root: string): (...args: string[]) => Done {
  return (...args) => {
    const done = spawnSync(PROGRAM, ["--root", root, ...args], { encoding: "utf8", timeout: 30_000 });
    return { status: done.status, stdout: done.stdout ?? "", stderr: done.stderr ?? "" };
  };
}

/** A command whose stdio a container may keep: nothing is captured but the status. */
export function detachedIn(root: string): (...args: string[]) => number | null {
  return (...args) =>
    spawnSync(PROGRAM, ["--root", root, ...args], { stdio: "ignore", timeout: 30_000 }).status;
}

export { PROGRAM };
