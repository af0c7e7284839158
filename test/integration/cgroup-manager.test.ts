import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { cgroupStepHint } from "../../src/cgroup/hints.ts";
import {
  events,
  freeze,
  isFrozen,
  joinForExec,
  killAll,
  pids,
  remove,
  removeUnused,
  thaw,
  updateLimits,
} from "../../src/cgroup/manager.ts";
import type { Slot } from "../../src/plan/call.ts";
import { cgroupsOf, facts, reap, runSteps, sys, TestCgroup, uniquePath, until } from "./cgroup-fixture.ts";

const isRoot = process.getuid?.() === 0;
const has = (controller: string): boolean =>
  [...facts.cgroup.v1, ...(facts.cgroup.v2 === undefined ? [] : [facts.cgroup.v2])].some((entry) =>
    entry.controllers.includes(controller),
  );
const needs = (controller: string) => ({
  skip: isRoot && has(controller) ? false : `needs root and ${controller}`,
});
const root = { skip: isRoot && facts.cgroup.mode !== "none" ? false : "needs root and cgroups" };

t.comment(`cgroup mode ${facts.cgroup.mode}`);

t.test("a process joins every hierarchy, is found there, and nothing is left", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  t.ok(until(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n"));
  t.same(new Set(cgroupsOf(pid)), new Set([cgroup.path]));
  t.same(pids(sys, cgroup.record), [pid]);
  t.same(cgroup.clean([pid]), []);
  t.same(pids(sys, cgroup.record), [], "a cgroup that is gone holds nothing");
  t.doesNotThrow(() => remove(sys, cgroup.record), "it can be removed again");
});

t.test("freeze, thaw, and a kill of what is frozen", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("while :; do :; done");
  t.equal(isFrozen(sys, cgroup.record), false);
  freeze(sys, cgroup.record);
  t.equal(isFrozen(sys, cgroup.record), true);
  thaw(sys, cgroup.record);
  t.equal(isFrozen(sys, cgroup.record), false);
  freeze(sys, cgroup.record);
  killAll(sys, cgroup.record);
  t.equal(reap(pid), -9);
  t.equal(isFrozen(sys, cgroup.record), false);
  t.same(cgroup.clean(), []);
});

t.test("another signal reaches everyone", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const all = [cgroup.start("exec sleep 100"), cgroup.start("exec sleep 100")];
  t.ok(until(() => all.every((pid) => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n")));
  killAll(sys, cgroup.record, 15);
  t.same(all.map(reap), [-15, -15]);
  t.same(cgroup.clean(), []);
});

t.test("without cgroup.kill everyone is frozen, signalled and thawed", needs("freezer"), async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const v1Only = {
    ...cgroup.record,
    directories: cgroup.record.directories.filter((entry) => entry.version === 1),
  };
  const all = [cgroup.start("while :; do :; done"), cgroup.start("exec sleep 100")];
  killAll(sys, v1Only);
  t.same(all.map(reap), [-9, -9]);
  const frozen = cgroup.start("exec sleep 100");
  freeze(sys, v1Only);
  killAll(sys, v1Only, 15);
  t.equal(isFrozen(sys, v1Only), true, "a paused container stays paused");
  killAll(sys, v1Only);
  t.equal(reap(frozen), -15, "the signals come when it is thawed");
  t.same(cgroup.clean(), []);
});

t.test("a cgroup in use is refused, and what is in it survives", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  const second = new TestCgroup({}, cgroup.path);
  t.match(second.make(), { failure: { errno: "EBUSY", call: { why: /container's cgroup is not empty/ } } });
  t.same(pids(sys, cgroup.record), [pid]);
  t.same(cgroup.clean([pid]), []);
});

t.test("a frozen cgroup is refused, an empty one is used", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  freeze(sys, cgroup.record);
  t.match(new TestCgroup({}, cgroup.path).make(), {
    failure: { errno: "EBUSY", call: { why: /unexpectedly frozen/ } },
  });
  thaw(sys, cgroup.record);
  const again = new TestCgroup({}, cgroup.path);
  t.equal(again.make(), undefined);
  t.equal(again.run("true"), 0);
  t.same(again.clean(), []);
  t.same(cgroup.clean(), []);
});

t.test("sub-cgroups are killed and removed with the rest", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  for (const { mount, path } of cgroup.record.directories) {
    mkdirSync(`${mount}/${path}/a/b`, { recursive: true });
    mkdirSync(`${mount}/${path}/c`);
    if (!mount.endsWith("cpuset")) writeFileSync(`${mount}/${path}/a/b/cgroup.procs`, String(pid));
  }
  t.same(pids(sys, cgroup.record), [pid]);
  t.same(pids(sys, cgroup.record, false), []);
  t.same(cgroup.clean([pid]), []);
});

t.test("a cgroup with a living process is not removed, and the error names it", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  t.throws(() => remove(sys, cgroup.record), {
    code: "CGROUP",
    message: new RegExp(`unable to remove container's cgroup.*holds processes ${pid}`),
  });
  t.same(cgroup.clean([pid]), []);
});

t.test("a cgroup without processes goes at once, one with a process stays", root, async (t) => {
  const cgroup = new TestCgroup({});
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  t.equal(removeUnused(sys, cgroup.record), false);
  for (const { mount, path } of cgroup.record.directories) t.ok(existsSync(`${mount}/${path}`), mount);
  t.same(pids(sys, cgroup.record), [pid]);
  killAll(sys, cgroup.record);
  reap(pid);
  t.ok(
    until(() => pids(sys, cgroup.record).length === 0),
    "it is empty",
  );
  t.equal(removeUnused(sys, cgroup.record), true);
  for (const { mount, path } of cgroup.record.directories) t.notOk(existsSync(`${mount}/${path}`), mount);
  t.equal(removeUnused(sys, cgroup.record), false, "what is gone is not taken for removed");
  t.same(cgroup.clean(), []);
});

t.test("devices are denied but for the defaults and the config's", root, async (t) => {
  const cgroup = new TestCgroup({
    resources: {
      devices: [
        { allow: false, access: "rwm" },
        { allow: true, type: "c", major: 1, minor: 11, access: "r" },
      ],
    },
  });
  t.equal(cgroup.make(), undefined);
  t.equal(cgroup.run("exec 3<>/dev/null"), 0);
  t.equal(cgroup.run("exec 3</dev/urandom"), 0);
  t.equal(cgroup.run("exec 3</dev/kmsg"), 0, "c 1:11 may be read");
  t.not(cgroup.run("exec 2>&- 3>/dev/kmsg"), 0, "but not written");
  t.same(cgroup.clean(), []);
  const plain = new TestCgroup({});
  t.equal(plain.make(), undefined);
  t.not(plain.run("exec 2>&- 3</dev/kmsg"), 0, "c 1:11 is no default");
  t.same(plain.clean(), []);
  const privileged = new TestCgroup({ resources: { devices: [{ allow: true, access: "rwm" }] } });
  t.equal(privileged.make(), undefined);
  t.equal(privileged.run("exec 3<>/dev/kmsg"), 0, "everything may be used");
  t.same(privileged.clean(), []);
});

t.test(
  "exec joins the same cgroups, a named sub-cgroup, and the place to which init has moved",
  root,
  async (t) => {
    const cgroup = new TestCgroup({});
    t.equal(cgroup.make(), undefined);
    const init = cgroup.start("exec sleep 100");
    const where = (values: readonly string[]): Set<string> => {
      const join = joinForExec(sys, cgroup.record, init, values);
      const known = new Map<Slot, number>();
      t.equal(runSteps(join.born, known), undefined);
      const other = new TestCgroup({}, cgroup.path);
      for (const [name, value] of known) other.known.set(name, value);
      const pid = other.start("exec sleep 100", join);
      t.ok(until(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n"));
      const found = new Set(cgroupsOf(pid));
      sys.call("kill", [pid, 9]);
      reap(pid);
      return found;
    };
    t.same(where([]), new Set([cgroup.path]));
    const unified = cgroup.record.directories.find((entry) => entry.version === 2);
    if (unified !== undefined) {
      const sub = `${unified.mount}/${unified.path}/moved`;
      mkdirSync(sub);
      writeFileSync(`${sub}/cgroup.procs`, String(init));
      t.ok(where([]).has(`${cgroup.path}/moved`));
    }
    if (facts.cgroup.mode === "v2") t.same(where(["moved"]), new Set([`${cgroup.path}/moved`]));
    t.throws(() => joinForExec(sys, cgroup.record, init, ["../../x"]), { code: "USAGE" });
    t.throws(() => joinForExec(sys, cgroup.record, init, ["nosuch:x"]), { code: "USAGE" });
    t.same(cgroup.clean([init]), []);
  },
);

t.test("memory: limit, usage check and the OOM killer's count", needs("memory"), async (t) => {
  const limit = 16 * 1024 * 1024;
  const cgroup = new TestCgroup({ resources: { memory: { limit, swap: limit } } });
  t.equal(cgroup.make(), undefined);
  const file = existsSync(`${cgroup.dir("memory")}/memory.max`) ? "memory.max" : "memory.limit_in_bytes";
  t.equal(cgroup.read("memory", file), String(limit));
  t.same(events(sys, cgroup.record), { oomKills: 0, pidsLimitHits: 0 });
  t.equal(cgroup.run("exec tail /dev/zero"), -9);
  t.ok(events(sys, cgroup.record).oomKills >= 1);
  const pid = cgroup.start("exec sleep 100");
  const tiny = { limit: 4096, swap: 4096, checkBeforeUpdate: true };
  t.throws(() => updateLimits(sys, cgroup.record, { memory: tiny }), {
    message: /rejecting memory limit 4 KiB/,
  });
  t.equal(cgroup.read("memory", file), String(limit), "nothing was written");
  updateLimits(sys, cgroup.record, { memory: { limit: 2 * limit, swap: 2 * limit } });
  t.equal(cgroup.read("memory", file), String(2 * limit), "growing");
  updateLimits(sys, cgroup.record, { memory: { limit, swap: limit } });
  t.equal(cgroup.read("memory", file), String(limit), "shrinking");
  updateLimits(sys, cgroup.record, { memory: { limit: -1 } });
  t.not(cgroup.read("memory", file), String(limit), "unlimited");
  t.same(cgroup.clean([pid]), []);
});

t.test("pids: the smallest limit still starts, and refusals are counted", needs("pids"), async (t) => {
  const cgroup = new TestCgroup({ resources: { pids: { limit: 0 } } });
  t.equal(cgroup.make(), undefined);
  t.equal(cgroup.read("pids", "pids.max"), "1");
  t.equal(cgroup.run("exec true"), 0);
  t.not(cgroup.run("exec 2>&-; /bin/true; /bin/true; exit 0"), 0);
  t.ok(events(sys, cgroup.record).pidsLimitHits >= 1);
  t.same(cgroup.clean(), []);
});

t.test("cpu and cpuset, and updates that have to go in another order", needs("cpu"), async (t) => {
  const cgroup = new TestCgroup({
    resources: { cpu: { shares: 512, quota: 50000, period: 100000, burst: 1000, cpus: "0", mems: "0" } },
  });
  t.equal(cgroup.make(), undefined);
  const v1 = existsSync(`${cgroup.dir("cpu")}/cpu.shares`);
  const quota = (): string => cgroup.read("cpu", v1 ? "cpu.cfs_quota_us" : "cpu.max").split(" ")[0] ?? "";
  t.equal(cgroup.read("cpu", v1 ? "cpu.shares" : "cpu.weight"), v1 ? "512" : "59");
  t.equal(quota(), "50000");
  t.equal(cgroup.run("exec true"), 0);
  updateLimits(sys, cgroup.record, { cpu: { quota: 5000, period: 100000, burst: 500 } });
  t.equal(quota(), "5000");
  updateLimits(sys, cgroup.record, { cpu: { quota: 60000, period: 100000, burst: 60000 } });
  t.equal(quota(), "60000");
  updateLimits(sys, cgroup.record, { cpu: { quota: 2000, period: 100000, burst: 2000 } });
  t.equal(quota(), "2000", "burst has to shrink before quota");
  if (has("cpuset")) t.equal(cgroup.read("cpuset", "cpuset.cpus"), "0");
  t.throws(() => updateLimits(sys, cgroup.record, { cpu: { quota: 10 } }), {
    code: "CGROUP",
    pointer: "/linux/resources/cpu/quota",
    hint: /quota must be at least 1000/,
  });
  t.same(cgroup.clean(), []);
});

t.test("huge pages, wherever the controller is", needs("hugetlb"), async (t) => {
  const cgroup = new TestCgroup({ resources: { hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }] } });
  t.equal(cgroup.make(), undefined);
  const v2 = existsSync(`${cgroup.dir("hugetlb")}/hugetlb.2MB.max`);
  t.equal(cgroup.read("hugetlb", v2 ? "hugetlb.2MB.max" : "hugetlb.2MB.limit_in_bytes"), "4194304");
  t.equal(cgroup.run("exec true"), 0, "a process can join beside the enabled controller");
  t.same(cgroup.clean(), []);
});

t.test("a value that the kernel refuses is explained", needs("cpuset"), async (t) => {
  const cgroup = new TestCgroup({ resources: { cpu: { cpus: "4000" } } });
  const failed = cgroup.make();
  t.match(failed, { step: { from: "/linux/resources/cpu/cpus", title: "write cpuset.cpus = 4000" } });
  if (failed !== undefined) {
    t.match(cgroupStepHint(failed.step, failed.failure.call, failed.failure.errno), /CPUs or memory nodes/);
  }
  t.same(cgroup.clean(), []);
});

t.test("a relative path lies beside the runtime's own cgroup on v2, below it on v1", root, async (t) => {
  const cgroup = new TestCgroup({}, uniquePath().slice(1));
  t.equal(cgroup.make(), undefined);
  const pid = cgroup.start("exec sleep 100");
  t.ok(until(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n"));
  t.ok(cgroupsOf(pid).every((path) => path.endsWith(`/${cgroup.path}`)));
  t.same(cgroup.clean([pid]), []);
});

const nested = process.env.RUNT_TEST_CGROUP !== undefined;
const again = { skip: nested || !isRoot ? "runs once, as root" : false };

t.test("the same on pure cgroup v2, in a private mount namespace", again, async (t) => {
  const script = 'mount -t cgroup2 none /sys/fs/cgroup && exec "$0" "$@"';
  const found = spawnSync(
    "unshare",
    ["--mount", "sh", "-c", script, process.execPath, process.argv[1] ?? ""],
    { encoding: "utf8", env: { ...process.env, RUNT_TEST_CGROUP: "v2", TAP: "1" } },
  );
  t.match(found.stdout, /# cgroup mode v2\n/);
  if (found.status !== 0) t.comment(found.stdout + found.stderr);
  t.equal(found.status, 0);
});
