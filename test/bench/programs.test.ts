import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { Interrupted, Launcher, ProgramFailed } from "../../bench/launcher.ts";

const isRoot = process.getuid?.() === 0;
const skip = !isRoot && "containers and mount namespaces need root";
const hasV1 = /^[1-9]\d*:/m.test(readFileSync("/proc/self/cgroup", "utf8"));

const dir = mkdtempSync(join(tmpdir(), "runt-bench-test-"));
t.teardown(() => rmSync(dir, { recursive: true }));

function compile(name: string, ...sources: string[]): string {
  const program = join(dir, name);
  execFileSync("gcc", ["-O2", "-static", "-o", program, ...sources.map((source) => `bench/${source}`)]);
  return program;
}

/** A root filesystem of busybox with the mount points. */
function makeRootfs(): string {
  const rootfs = join(dir, "rootfs");
  for (const name of ["bin", "proc", "dev", "sys"]) mkdirSync(join(rootfs, name), { recursive: true });
  copyFileSync("/bin/busybox", join(rootfs, "bin/sh"));
  for (const name of ["cat", "ls", "hostname", "wc"])
    linkSync(join(rootfs, "bin/sh"), join(rootfs, "bin", name));
  return rootfs;
}

t.test(
  "the bare program makes the container of the default config",
  { skip: skip || (!hasV1 && "no cgroup v1") },
  (t) => {
    const bare = compile("bare", "bare.c", "bare-cgroups.c", "bare-mounts.c");
    const state = join(dir, "state");
    mkdirSync(state);
    const id = `runt-bench-test-${process.pid}`;
    const script = [
      "echo pid $$; hostname; ulimit -n; ls /proc/acpi; wc -c </proc/keys; cat /proc/self/cgroup /proc/self/mountinfo",
      "cat /proc/self/status; ls /dev; (: >/x) 2>/dev/null || echo read-only; ls -d /proc/1/fd/3 2>/dev/null; exit 7",
    ].join("; ");
    const ran = spawnSync(bare, [state, makeRootfs(), id, "/bin/sh", "-c", script], { encoding: "utf8" });
    t.equal(ran.status, 7, ran.stderr);
    t.match(ran.stdout, /^pid 1\nrunc\n1024\n0\n/, "pid, host name, limit; masked paths are empty");
    t.match(ran.stdout, new RegExp(`^\\d+:memory:.*/${id}$`, "m"), "it is in cgroups of its own");
    t.match(ran.stdout, / \/proc\/sys ro,.* - proc /, "read-only paths");
    t.match(ran.stdout, new RegExp(`/${id} /sys/fs/cgroup/devices ro,`), "the cgroups are mounted");
    t.match(ran.stdout, /^CapEff:\t0000000020000420$/m);
    t.match(ran.stdout, /^CapBnd:\t0000000020000420$/m);
    t.match(ran.stdout, /^NoNewPrivs:\t1$/m);
    t.match(
      ran.stdout,
      /\ncore\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n/,
    );
    t.match(ran.stdout, /\nread-only\n$/, "the root is read-only, and no descriptor is left");
    t.strictSame(readdirSync(state), [], "its state is removed");
    t.notOk(readdirSync("/sys/fs/cgroup/memory", { recursive: true }).some((name) => `${name}`.includes(id)));
    t.end();
  },
);

t.test("the launcher times programs", { skip }, async (t) => {
  const launcher = new Launcher(compile("launch", "launch.c"), join(dir, "log"));
  try {
    const one = await launcher.run([["/bin/sleep", "0.1"]]);
    t.ok(one.ms >= 100 && one.ms < 1000, `${one.ms} ms`);
    t.ok(one.kB > 100 && one.kB < 20_000, `${one.kB} kB`);
    const both = await launcher.run([
      ["/bin/sleep", "0.6"],
      ["/bin/sleep", "0.6"],
    ]);
    t.ok(both.ms >= 600 && both.ms < 1200, `at the same time: ${both.ms} ms`);
    await t.rejects(
      launcher.run([["/bin/sh", "-c", "echo why >&2; exit 3"]]),
      new ProgramFailed("status 3: why"),
    );
    await t.rejects(launcher.run([["/bin/sh", "-c", "kill -9 $$"]]), new ProgramFailed("status 137"));
    await t.rejects(launcher.run([["/bin/sleep", "5"]], 1), new ProgramFailed("not done after 1 s"));
    await launcher.run([["/bin/sh", "-c", `sleep 0.2 & echo $! >${join(dir, "orphan")}`]]);
    const orphan = Number(readFileSync(join(dir, "orphan"), "utf8"));
    t.ok(process.kill(orphan, 0), "an orphan lives on");
    await launcher.reap(orphan);
    t.throws(() => process.kill(orphan, 0), { code: "ESRCH" }, "and is waited for");
    launcher.interrupt();
    await t.rejects(launcher.run([["/bin/true"]]), new Interrupted("interrupted"));
  } finally {
    launcher.close();
  }
});
