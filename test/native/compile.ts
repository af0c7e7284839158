/** Compiles the interpreter as an ordinary program with sanitizers. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

const SOURCES = ["interpreter.c", "check.c", "sys/library.c", "fuzz/stub.c", "fuzz/decode.c"];
const WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wswitch-enum", "-Wmissing-prototypes"];

/** True when `compiler` can link a program with `flags`. */
export function canLink(compiler: string, flags: readonly string[], source: string): boolean {
  const args = [...flags, "-x", "c", "-", "-o", "/dev/null"];
  return spawnSync(compiler, args, { input: source }).status === 0;
}

/** Builds `out` from the interpreter, the stubs, the fuzz target and `extra`; throws what the compiler says. */
export function compile(
  compiler: string,
  out: string,
  flags: readonly string[],
  extra: readonly string[],
): void {
  mkdirSync(dirname(out), { recursive: true });
  const sources = [...SOURCES, ...extra].map((name) => `native/${name}`);
  const args = ["-std=c11", "-g", "-O1", "-Inative", ...WARNINGS, ...flags, "-o", out, ...sources];
  const { status, stderr } = spawnSync(compiler, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${compiler} ${args.join(" ")}\n${stderr}`);
}
