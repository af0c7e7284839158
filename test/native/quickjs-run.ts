/** Runs programs for the tests of the embedded engine. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../integration/lab.ts";

export interface Ended {
  /** The exit status, or the name of the signal that ended the program. */
  status: number | string | null;
  stdout: string;
  stderr: string;
}

const TIMEOUT_MS = 240_000;

/**
 * Runs a program to its end. Its output goes through files, since a container that it starts keeps it open. Variables
 * of `env` are added to the environment.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Ended {
  const folder = makeFolder("output");
  const paths = ["stdout", "stderr"].map((name) => join(folder, name));
  const fds = paths.map((path) => openSync(path, "w"));
  const { status, signal } = spawnSync(program, args, {
    stdio: ["ignore", ...fds],
    env: { ...process.env, ...env },
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  for (const fd of fds) closeSync(fd);
  const [stdout = "", stderr = ""] = paths.map((path) => readFileSync(path, "utf8"));
  rmSync(folder, { recursive: true });
  return { status: signal ?? status, stdout, stderr };
}

/** The same under limits of the shell's ulimit, for example "-s 256", with nothing in the environment. */
export function runLimited(limit: string, program: string, args: readonly string[]): Ended {
  return runProgram("/bin/bash", ["-c", `ulimit ${limit} && exec -c "$@"`, "limited", program, ...args]);
}
