import t from "tap";
import { warmCgroups } from "../../src/runtime/warm-cgroups.ts";
import { HYBRID, hostFacts, V2 } from "../cgroup/fixtures.ts";
import { createFakeHost } from "../host-contract/fake-host.ts";
import { runtimeOf } from "../integration/runtime-of.ts";

const PROCS = 50;

/** A fake host on which cgroup.procs can be opened, and the names of the calls of its parent so far. */
function makeHost() {
  const host = createFakeHost();
  host.kernel.handle("openat2", () => PROCS);
  host.kernel.handle("close", () => 0);
  host.kernel.handle("sched_yield", () => 0);
  host.kernel.handle("waitid", () => 0);
  const parent = () => host.kernel.calls.filter((call) => call.pid === 1000).map((call) => call.name);
  return { host, rt: runtimeOf("/run/runt", host), parent };
}

t.test("the child gets a turn before the parent goes on, and is reaped once", async (t) => {
  const { host, rt, parent } = makeHost();
  const warmup = warmCgroups(rt, hostFacts(HYBRID));
  t.same(parent(), ["openat2", "sched_yield", "close"]);
  const [write] = host.kernel.calls.filter((call) => call.pid !== 1000);
  t.match(write, { name: "write", args: [BigInt(PROCS)] });
  warmup.end();
  t.same(parent().slice(3), ["waitid", "close"]);
  warmup.end();
  t.equal(parent().length, 5);
});

t.test("a kernel that lets nobody yield: the child is reaped all the same", async (t) => {
  const { host, rt, parent } = makeHost();
  host.kernel.fail("sched_yield", "EPERM");
  warmCgroups(rt, hostFacts(HYBRID)).end();
  t.same(parent(), ["openat2", "sched_yield", "close", "waitid", "close"]);
});

t.test("without a child there is nothing to wait for", async (t) => {
  const { host, rt, parent } = makeHost();
  host.kernel.spawn = () => -11;
  warmCgroups(rt, hostFacts(HYBRID)).end();
  t.same(parent(), ["openat2", "close"], "clone3 failed");
  host.kernel.fail("openat2", "EACCES");
  warmCgroups(rt, hostFacts(HYBRID)).end();
  t.same(parent().slice(2), ["openat2"], "the file is not the caller's to write");
  warmCgroups(rt, hostFacts(V2)).end();
  t.equal(parent().length, 3, "there is no v1 hierarchy");
});
