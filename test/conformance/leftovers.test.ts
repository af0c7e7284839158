import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { type Place, removeLeftovers } from "../../conformance/leftovers.ts";

const isRoot = process.getuid?.() === 0;

/** A place whose runtime writes down its arguments and ends with `status`. */
function place(status: number): Place {
  const dir = mkdtempSync(join(tmpdir(), "runt-leftovers-"));
  const runtime = join(dir, "runtime");
  writeFileSync(runtime, `#!/bin/sh\necho "$@" >>"${dir}/calls"\nexit ${status}\n`, { mode: 0o755 });
  return { dir, runtime, stateDir: join(dir, "state"), mark: `RUNT_LEFTOVERS_TEST=${dir}`, cgroups: [] };
}

t.test("a clean place has no leftovers", { skip: isRoot ? false : "needs root" }, async (t) => {
  const clean = place(0);
  t.same(removeLeftovers(clean), []);
  rmSync(clean.dir, { recursive: true });
});

t.test(
  "containers are deleted by force, and it is told when that fails",
  { skip: isRoot ? false : "needs root" },
  async (t) => {
    for (const [status, told] of [
      [0, /^container abc-left$/],
      [1, /^container abc-left, which cannot be deleted/],
    ] as const) {
      const dirty = place(status);
      mkdirSync(join(dirty.stateDir, "abc-left"), { recursive: true });
      const left = removeLeftovers(dirty);
      t.equal(left.length, 1);
      t.match(left[0], told);
      t.equal(readFileSync(join(dirty.dir, "calls"), "utf8"), "delete --force abc-left\n");
      rmSync(dirty.dir, { recursive: true });
    }
  },
);

t.test("only processes with the mark are killed", { skip: isRoot ? false : "needs root" }, async (t) => {
  const dirty = place(0);
  const [name = "", value = ""] = dirty.mark.split("=");
  const marked = spawn("sleep", ["100"], { env: { ...process.env, [name]: value } });
  const other = spawn("sleep", ["100"], { env: { ...process.env, [name]: `${value}x` } });
  const ended = once(marked, "exit");
  await Promise.all([once(marked, "spawn"), once(other, "spawn")]);
  t.same(removeLeftovers(dirty), ["process sleep"]);
  t.same(await ended, [null, "SIGKILL"]);
  t.equal(other.exitCode ?? other.signalCode, null, "the other one lives");
  other.kill("SIGKILL");
  rmSync(dirty.dir, { recursive: true });
});
