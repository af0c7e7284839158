import t from "tap";
import type { Resources } from "../../src/cgroup/limits.ts";
import { cgroupDirectories } from "../../src/cgroup/paths.ts";
import { placeLimits } from "../../src/cgroup/place-limits.ts";
import type { CgroupRecord } from "../../src/cgroup/record.ts";
import type { CgroupFacts } from "../../src/host/facts.ts";
import { HYBRID, V1, V2 } from "./fixtures.ts";

function record(cgroup: CgroupFacts): CgroupRecord {
  return { mode: cgroup.mode, directories: cgroupDirectories("/c", "c", cgroup) };
}

function placed(resources: Resources, cgroup: CgroupFacts): string[] {
  const known = record(cgroup);
  return placeLimits(resources, known).limits.map(({ write, directory }) => {
    const place = known.directories[directory];
    return `${place?.mount.slice("/sys/fs/cgroup".length)}:${write.file}=${write.value}`;
  });
}

const SOME: Resources = {
  memory: { limit: 65536, swap: 65536 },
  cpu: { shares: 1024, cpus: "0" },
  pids: { limit: 5 },
  blockIO: { weight: 10 },
  hugepageLimits: [{ pageSize: "2MB", limit: 0 }],
};

t.test("pure v2, in the order of writing", async (t) => {
  t.same(placed({ ...SOME, unified: { "memory.high": "5" } }, V2), [
    ":pids.max=5",
    ":memory.swap.max=0",
    ":memory.max=65536",
    ":io.bfq.weight=10",
    ":cpu.weight=100",
    ":cpuset.cpus=0",
    ":hugetlb.2MB.max=0",
    ":hugetlb.2MB.rsvd.max=0",
    ":memory.high=5",
  ]);
});

t.test("hybrid: every controller where it is", async (t) => {
  t.same(placed(SOME, HYBRID), [
    "/pids:pids.max=5",
    "/memory:memory.limit_in_bytes=65536",
    "/memory:memory.memsw.limit_in_bytes=65536",
    "/blkio:blkio.weight=10",
    "/cpu,cpuacct:cpu.shares=1024",
    "/cpuset:cpuset.cpus=0",
    "/unified:hugetlb.2MB.max=0",
    "/unified:hugetlb.2MB.rsvd.max=0",
  ]);
  t.same(placed({ network: { classID: 5, priorities: [{ name: "lo", priority: 1 }] } }, HYBRID), [
    "/net_cls,net_prio:net_cls.classid=5",
    "/net_cls,net_prio:net_prio.ifpriomap=lo 1",
  ]);
});

t.test("a controller that is nowhere is named, unless nothing is asked of it", async (t) => {
  const bare: CgroupFacts = {
    mode: "v2",
    v1: [],
    v2: { mount: "/sys/fs/cgroup", own: "/", controllers: [] },
  };
  t.throws(() => placed({ pids: { limit: 5 } }, bare), {
    code: "HOST_UNSUPPORTED",
    pointer: "/linux/resources/pids/limit",
    message: "linux.resources.pids.limit: the pids controller is not available (this host offers: none)",
  });
  t.same(placed({ pids: { limit: -1 }, memory: { limit: -1 } }, bare), []);
  t.throws(() => placed({ rdma: { ib0: { hcaHandles: 1 } } }, V1), {
    pointer: "/linux/resources/rdma/ib0",
    message: /rdma controller is not available \(this host offers: cpuset, cpu, cpuacct, memory/,
  });
});

t.test("unified", async (t) => {
  t.throws(() => placed({ unified: { "memory.high": "1" } }, V1), {
    message: /invalid configuration: cannot use unified on cgroup v1/,
    pointer: "/linux/resources/unified/memory.high",
  });
  t.throws(() => placed({ unified: { "memory.high": "1" } }, HYBRID), { code: "HOST_UNSUPPORTED" });
  t.same(placed({ unified: { "hugetlb.2MB.max": "0", "cgroup.max.depth": "3" } }, HYBRID), [
    "/unified:hugetlb.2MB.max=0",
    "/unified:cgroup.max.depth=3",
  ]);
});

t.test("deprecated fields give warnings on both versions", async (t) => {
  for (const cgroup of [V1, V2]) {
    const { limits, warnings } = placeLimits({ memory: { kernel: 5, kernelTCP: 6 } }, record(cgroup));
    t.same(limits, []);
    t.match(warnings, [
      { pointer: "/linux/resources/memory/kernel", message: /deprecated/ },
      { pointer: "/linux/resources/memory/kernelTCP", message: /deprecated/ },
    ]);
  }
  t.same(placeLimits({ memory: { kernel: 0 } }, record(V2)).warnings, []);
});
