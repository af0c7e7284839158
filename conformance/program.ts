import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { removeLeftovers } from "./leftovers.ts";
import { parseTap } from "./tap.ts";
import type { Run } from "./verdict.ts";

/** Where scripts/conformance.sh puts the suite. */
export const SUITE = "build/conformance";
/** Cgroups that the suite's configs name: "/cgrouptest" and "testdir/cgrouptest/container". */
const CGROUPS: readonly string[] = ["cgrouptest", "testdir"];
/** What each program printed is left there, for whoever looks for the cause of a failure. */
const OUTPUT = join(SUITE, "output");
const MARK_NAME = "RUNT_CONFORMANCE";

/** Runs one program of the suite with `runtime` (absolute path), and cleans after it. */
export async function runProgram(program: string, runtime: string, timeoutMs: number): Promise<Run> {
  const dir = makePlace(runtime);
  mkdirSync(OUTPUT, { recursive: true });
  const wrapper = join(dir, "runtime");
  const began = performance.now();
  const { stdout, stderr, end } = await launch(program, dir, wrapper, timeoutMs);
  const seconds = (performance.now() - began) / 1000;
  const mark = `${MARK_NAME}=${dir}`;
  const left = removeLeftovers({
    dir,
    runtime: wrapper,
    stateDir: join(dir, "state"),
    mark,
    cgroups: CGROUPS,
  });
  rmSync(dir, { recursive: true, force: true });
  for (const [stream, text] of Object.entries({ stdout, stderr })) {
    writeFileSync(join(OUTPUT, `${program}.${stream}`), text);
  }
  const lastError = stderr.trimEnd().split("\n").at(-1) ?? "";
  return { program, points: parseTap(stdout), end, lastError, seconds, left };
}

/**
 * Makes the directory that a program runs in. It looks there for `runtimetest`, which it copies into containers, and
 * for the archive of their root file system. The runtime is a wrapper there that keeps its state there as well.
 */
function makePlace(runtime: string): string {
  const dir = mkdtempSync(join(tmpdir(), "runt-conformance-"));
  chmodSync(dir, 0o755); // Containers with a user namespace pass through it.
  mkdirSync(join(dir, "tmp"), { mode: 0o755 });
  copyFileSync(join(SUITE, "bin", "runtimetest"), join(dir, "runtimetest"));
  for (const archive of readdirSync(join(SUITE, "src")).filter((name) => name.startsWith("rootfs-"))) {
    symlinkSync(resolve(SUITE, "src", archive), join(dir, archive));
  }
  writeFileSync(join(dir, "runtime"), `#!/bin/sh\nexec "${runtime}" --root "${dir}/state" "$@"\n`, {
    mode: 0o755,
  });
  return dir;
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: string;
}

/** Runs the program to its end, or ends its process group after the timeout. */
function launch(program: string, dir: string, runtime: string, timeoutMs: number): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  let late = false;
  const child = spawn(resolve(SUITE, "bin", program), {
    cwd: dir,
    env: { ...process.env, RUNTIME: runtime, TMPDIR: join(dir, "tmp"), [MARK_NAME]: dir },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, timeoutMs);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (status, signal) => {
      clearTimeout(timer);
      // What still holds the pipes is a leftover, and is ended after this.
      const end = late ? `no end after ${timeoutMs / 1000} s` : (signal ?? `status ${status}`);
      setTimeout(() => done({ ...output, end }), 20);
    });
  });
}
