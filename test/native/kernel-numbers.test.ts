/** Numbers that differ between the architectures, compared with the kernel's headers for each of them. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { archFlags, O } from "../../src/plan/build.ts";
import { SIGNALS } from "../../src/tables/signals.ts";
import { SYSCALLS, type SyscallName, syscallNumber } from "../../src/tables/syscalls.ts";
import { CROSS, lackOfTools, sysroot } from "./aarch64.ts";

/** Kernel's names that the C of native/ has for its own. */
const NATIVE_NAMES = [...readFileSync("native/syscall.h", "utf8").matchAll(/#define NR_(\w+)/g)].map(
  ([, name = ""]) => name,
);

/** What each of `names` is after `headers` have been read: a number, or the name itself when there is none. */
function expand(compiler: readonly string[], headers: readonly string[], names: readonly string[]) {
  const [command = "", ...args] = compiler;
  const lines = names.map((name) => `"${name}" = ${name}`);
  const input = [...headers.map((header) => `#include ${header}`), ...lines].join("\n");
  const { status, stdout, stderr } = spawnSync(command, [...args, "-Inative", "-E", "-P", "-x", "c", "-"], {
    input,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const found: Record<string, number | string> = {};
  for (const [, name = "", value = ""] of stdout.matchAll(/^"(\w+)" = (\w+)$/gm)) {
    const octal = /^0[0-7]+$/.test(value);
    found[name] = /^\d/.test(value) ? Number(octal ? `0o${value}` : value) : value;
  }
  return found;
}

function compareAll(t: Test, compiler: readonly string[], arch: "x86_64" | "aarch64"): void {
  const calls = Object.keys(SYSCALLS) as SyscallName[];
  t.same(
    expand(
      compiler,
      ["<asm/unistd.h>"],
      calls.map((name) => `__NR_${name}`),
    ),
    Object.fromEntries(calls.map((name) => [`__NR_${name}`, syscallNumber(name, arch)])),
    "system calls",
  );
  const own = expand(
    compiler,
    ['"syscall.h"'],
    NATIVE_NAMES.map((name) => `NR_${name}`),
  );
  const theirs = expand(
    compiler,
    ["<asm/unistd.h>"],
    NATIVE_NAMES.map((name) => `__NR_${name.toLowerCase()}`),
  );
  t.ok(NATIVE_NAMES.length >= 7);
  t.same(Object.values(own), Object.values(theirs), "system calls of the C");
  const flags = Object.entries({ ...O, ...archFlags(arch) });
  t.same(
    expand(
      compiler,
      ["<asm/fcntl.h>"],
      flags.map(([name]) => `O_${name}`),
    ),
    Object.fromEntries(flags.map(([name, value]) => [`O_${name}`, value])),
    "flags of open",
  );
  const signals = Object.entries(SIGNALS).filter(([name]) => !name.startsWith("SIGRT"));
  t.same(
    expand(
      compiler,
      ["<asm/signal.h>"],
      signals.map(([name]) => name),
    ),
    Object.fromEntries(signals),
    "signals",
  );
}

t.test(
  "x86_64",
  { skip: process.arch !== "x64" && "this machine's headers are for another processor" },
  (t) => {
    compareAll(t, ["gcc"], "x86_64");
    t.end();
  },
);

t.test("aarch64", { skip: lackOfTools() }, (t) => {
  const root = sysroot();
  const include = ["", "/aarch64-linux-gnu"].map((folder) => `-idirafter${root}/usr/include${folder}`);
  compareAll(t, [`${CROSS}gcc`, `-specs=${root}/musl-gcc.specs`, ...include], "aarch64");
  t.end();
});
