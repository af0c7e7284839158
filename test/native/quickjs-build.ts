/** Builds programs on quickjs-ng for tests by native/quickjs/Makefile, each in a folder of its own below build/. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";

/** The objects that scripts/build-binary.sh has left, for builds with the same flags. */
const BINARY = "build/binary";

/** The bundled core of build/runt. */
export const BINARY_CORE = `${BINARY}/core.js`;

/** Why nothing can be built here, or false: the value of a test's `skip`. */
export const cannotBuild =
  !existsSync("build/runt") && "build/runt is not built: scripts/build-binary.sh tells what is missing";

/** Runs a command to its end in the folder `cwd`; throws what it printed when it fails. */
export function must(command: string, args: readonly string[], cwd = "."): string {
  const options = { encoding: "utf8", maxBuffer: 1 << 26, cwd } as const;
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")}\n${error ?? ""}${stdout}${stderr}`);
}

/**
 * Bundles the module at `path` of a project's folder, which exports start(native), into `out`/core.js, as
 * scripts/build-binary.sh does.
 */
export function bundleCore(path: string, out: string, project = "."): string {
  const core = resolve(`${out}/core.js`);
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  const form = ["--bundle", "--format=iife", "--global-name=runt", "--target=es2023", "--minify"];
  const rest = [`--define:TARGET_ARCH="${arch}"`, "--log-level=warning", `--outfile=${core}`];
  must(resolve("node_modules/.bin/esbuild"), [path, ...form, ...rest], project);
  return core;
}

export interface Build {
  /** The folder for all that is made. */
  out: string;
  /** The bundled core. */
  core: string;
  /** "all" makes `out`/runt, "boot" makes `out`/runt-boot; default is "all". */
  target?: "all" | "boot";
  /** Variables of the Makefile besides. */
  variables?: readonly string[];
  /** False for an engine that is compiled with other flags than build/runt's. */
  sameEngine?: boolean;
  /** Another folder with the project's native/, and the one of what its Makefile has built. */
  project?: string;
  native?: string;
}

/** Builds a program as scripts/build-binary.sh does. */
export function build({ out, core, target, variables, sameEngine, project, native }: Build): void {
  mkdirSync(out, { recursive: true });
  const parts = sameEngine === false ? ["host"] : ["engine", "host"];
  for (const part of parts) {
    cpSync(`${BINARY}/${part}`, `${out}/${part}`, { recursive: true, preserveTimestamps: true });
  }
  const quickjs = must("bash", ["scripts/fetch-quickjs.sh"]).trim();
  must("make", [
    "--no-print-directory",
    "--silent",
    "--jobs=2",
    `--directory=${project ?? "."}/native/quickjs`,
    target ?? "all",
    `OUT=${resolve(out)}`,
    `NATIVE=${resolve(native ?? "build/native")}`,
    `QUICKJS=${quickjs}`,
    `CORE=${resolve(core)}`,
    ...(variables ?? []),
  ]);
}
