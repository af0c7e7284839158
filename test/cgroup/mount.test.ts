import t from "tap";
import { cgroupMountPlan } from "../../src/cgroup/mount.ts";
import { cgroupDirectories } from "../../src/cgroup/paths.ts";
import type { CgroupRecord } from "../../src/cgroup/record.ts";
import type { CgroupFacts } from "../../src/host/facts.ts";
import { HYBRID, hostFacts, NONE, V1, V2 } from "./fixtures.ts";

function record(cgroup: CgroupFacts): CgroupRecord {
  return { mode: cgroup.mode, directories: cgroupDirectories("/c/d", "d", cgroup) };
}

t.test("v2 is one mount, with a bind mount to fall back on", async (t) => {
  t.same(cgroupMountPlan(hostFacts(V2), record(V2), true), {
    kind: "v2",
    bind: { mount: "/sys/fs/cgroup", path: "c/d" },
  });
  t.same(cgroupMountPlan(hostFacts(V2), record(V2), false), {
    kind: "v2",
    bind: { mount: "/sys/fs/cgroup", path: "" },
  });
});

t.test("v1 without a cgroup namespace: the container's own directories, and links", async (t) => {
  const plan = cgroupMountPlan(hostFacts(HYBRID), record(HYBRID), false);
  if (plan.kind !== "v1") return t.fail(plan.kind);
  t.equal(plan.mounts.length, HYBRID.v1.length, "the cgroup2 of hybrid mode is not among them");
  t.same(plan.mounts[1], { name: "cpu,cpuacct", bind: { mount: "/sys/fs/cgroup/cpu,cpuacct", path: "c/d" } });
  t.same(plan.links, [
    { name: "cpu", target: "cpu,cpuacct" },
    { name: "cpuacct", target: "cpu,cpuacct" },
    { name: "net_cls", target: "net_cls,net_prio" },
    { name: "net_prio", target: "net_cls,net_prio" },
  ]);
});

t.test("v1 with a cgroup namespace: new mounts by controllers", async (t) => {
  const plan = cgroupMountPlan(hostFacts(V1), record(V1), true);
  if (plan.kind !== "v1") return t.fail(plan.kind);
  t.same(plan.mounts[1], { name: "cpu,cpuacct", data: "cpu,cpuacct" });
  t.same(plan.mounts.at(-1), { name: "systemd", data: "none,name=systemd" });
});

t.test("a container without cgroups of its own sees its caller's", async (t) => {
  const plan = cgroupMountPlan(hostFacts(V1), { mode: "none", directories: [] }, false);
  if (plan.kind !== "v1") return t.fail(plan.kind);
  t.same(plan.mounts[2], { name: "memory", bind: { mount: "/sys/fs/cgroup/memory", path: "user.slice" } });
});

t.test("a host without cgroups", async (t) => {
  t.same(cgroupMountPlan(hostFacts(NONE), { mode: "none", directories: [] }, false), { kind: "none" });
});
