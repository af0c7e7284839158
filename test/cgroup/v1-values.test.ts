import t from "tap";
import type { Limits, Resources } from "../../src/cgroup/limits.ts";
import { blockIoV1, cpuV1, hugetlbV1, memoryV1, networkV1 } from "../../src/cgroup/v1-values.ts";

function shown(limits: Limits): string[] {
  return limits.writes.map((write) => {
    const other = write.otherwise === undefined ? "" : ` | ${write.otherwise.file}=${write.otherwise.value}`;
    return `${write.file}=${write.value}${write.ifMissing === undefined ? "" : "?"}${other}`;
  });
}

t.test("memory: the limit goes before memory+swap in a new cgroup", async (t) => {
  const memory: Resources["memory"] = {
    limit: 1000,
    swap: 2000,
    reservation: 500,
    disableOOMKiller: true,
    swappiness: 0,
  };
  t.same(shown(memoryV1({ memory })), [
    "memory.limit_in_bytes=1000",
    "memory.memsw.limit_in_bytes=2000",
    "memory.soft_limit_in_bytes=500",
    "memory.oom_control=1",
    "memory.swappiness=0",
  ]);
});

t.test("memory: unlimited", async (t) => {
  t.same(shown(memoryV1({ memory: { limit: -1 } })), [
    "memory.limit_in_bytes=-1?",
    "memory.memsw.limit_in_bytes=-1?",
  ]);
  t.same(shown(memoryV1({ memory: { limit: 1000, swap: -1 } })), [
    "memory.limit_in_bytes=1000",
    "memory.memsw.limit_in_bytes=-1?",
  ]);
  t.same(shown(memoryV1({ memory: { limit: 0, swap: 0, disableOOMKiller: false } })), []);
});

t.test("memory: nonsense is refused", async (t) => {
  t.throws(() => memoryV1({ memory: { limit: 1000, swap: 500 } }), {
    name: "RuntError",
    pointer: "/linux/resources/memory/swap",
  });
  t.throws(() => memoryV1({ memory: { swappiness: 101 } }), {
    name: "RuntError",
    pointer: "/linux/resources/memory/swappiness",
  });
});

t.test("cpu", async (t) => {
  const cpu: Resources["cpu"] = {
    shares: 512,
    quota: 50000,
    period: 100000,
    burst: 1000,
    realtimePeriod: 1000000,
    realtimeRuntime: 950000,
    idle: 0,
  };
  t.same(shown(cpuV1({ cpu })), [
    "cpu.rt_period_us=1000000",
    "cpu.rt_runtime_us=950000",
    "cpu.idle=0",
    "cpu.shares=512",
    "cpu.cfs_period_us=100000",
    "cpu.cfs_quota_us=50000",
    "cpu.cfs_burst_us=1000",
  ]);
  t.same(shown(cpuV1({ cpu: { quota: -1 } })), ["cpu.cfs_quota_us=-1"]);
  t.same(shown(cpuV1({ cpu: { shares: 0, quota: 0, period: 0 } })), []);
});

t.test("cpu: shares that the kernel would clamp are refused", async (t) => {
  t.throws(() => cpuV1({ cpu: { shares: 1 } }), { message: /the minimum allowed cpu-shares is 2/ });
  t.throws(() => cpuV1({ cpu: { shares: 262145 } }), { message: /the maximum allowed cpu-shares is 262144/ });
});

t.test("block io", async (t) => {
  const blockIO: Resources["blockIO"] = {
    weight: 100,
    leafWeight: 200,
    weightDevice: [{ major: 8, minor: 0, weight: 500, leafWeight: 300 }],
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 600 }],
    throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 300 }],
  };
  t.same(shown(blockIoV1({ blockIO })), [
    "blkio.weight=100 | blkio.bfq.weight=100",
    "blkio.leaf_weight=200",
    "blkio.weight_device=8:0 500 | blkio.bfq.weight_device=8:0 500",
    "blkio.leaf_weight_device=8:0 300",
    "blkio.throttle.read_bps_device=8:0 600",
    "blkio.throttle.write_iops_device=8:16 300",
  ]);
});

t.test("hugetlb and network", async (t) => {
  t.same(shown(hugetlbV1({ hugepageLimits: [{ pageSize: "1GB", limit: 5 }] })), [
    "hugetlb.1GB.limit_in_bytes=5",
    "hugetlb.1GB.rsvd.limit_in_bytes=5?",
  ]);
  const network: Resources["network"] = { classID: 1048577, priorities: [{ name: "eth0", priority: 500 }] };
  t.same(shown(networkV1({ network })), ["net_cls.classid=1048577", "net_prio.ifpriomap=eth0 500"]);
});
