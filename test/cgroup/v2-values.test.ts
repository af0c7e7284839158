import t from "tap";
import type { Limits, Resources } from "../../src/cgroup/limits.ts";
import {
  blockIoV2,
  cpuset,
  cpuV2,
  cpuWeight,
  hugetlbV2,
  ioWeight,
  memoryV2,
  networkV2,
  pidsV2,
  rdma,
  swapMax,
  unified,
} from "../../src/cgroup/v2-values.ts";

/** "file=value" of every write, with "?" where a missing file is fine and "|" before the other choice. */
function shown(limits: Limits): string[] {
  return limits.writes.map((write) => {
    const other = write.otherwise === undefined ? "" : ` | ${write.otherwise.file}=${write.otherwise.value}`;
    return `${write.file}=${write.value}${write.ifMissing === undefined ? "" : "?"}${other}`;
  });
}

t.test("cpu.shares to cpu.weight, the table", async (t) => {
  const table: [number, number][] = [
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [10, 4],
    [100, 17],
    [256, 35],
    [512, 59],
    [1000, 99],
    [1024, 100],
    [2048, 174],
    [4096, 303],
    [8192, 532],
    [100000, 4340],
    [262143, 10000],
    [262144, 10000],
    [999999, 10000],
  ];
  for (const [shares, weight] of table) t.equal(cpuWeight(shares), weight, `shares ${shares}`);
});

t.test("memory+swap to memory.swap.max", async (t) => {
  const table: [number, number, string | undefined][] = [
    [-1, 0, "max"],
    [-1, -1, "max"],
    [0, -1, "max"],
    [1000, -1, "max"],
    [0, 0, undefined],
    [1000, 0, undefined],
    [-1, 500, "500"],
    [1000, 1000, "0"],
    [1000, 3000, "2000"],
  ];
  for (const [limit, swap, value] of table) t.equal(swapMax(limit, swap), value, `${limit} ${swap}`);
  const pointer = "/linux/resources/memory/swap";
  t.throws(() => swapMax(0, 500), { message: /unable to set swap limit without memory limit/, pointer });
  t.throws(() => swapMax(1000, 500), { message: /memory\+swap limit should be >= memory limit/, pointer });
  t.throws(() => swapMax(1000, -2), { code: "SPEC_INVALID", pointer });
});

t.test("pids", async (t) => {
  t.same(shown(pidsV2({})), []);
  t.same(shown(pidsV2({ pids: { limit: 42 } })), ["pids.max=42"]);
  t.same(shown(pidsV2({ pids: { limit: 0 } })), ["pids.max=1"]);
  t.same(shown(pidsV2({ pids: { limit: -1 } })), ["pids.max=max?"]);
});

t.test("memory: order, unlimited, zero", async (t) => {
  const all = { limit: 67108864, swap: 134217728, reservation: 33554432 };
  t.same(shown(memoryV2({ memory: all })), [
    "memory.swap.max=67108864",
    "memory.max=67108864",
    "memory.low=33554432",
  ]);
  t.same(
    memoryV2({ memory: all }).writes.map((write) => write.pointer),
    ["swap", "limit", "reservation"].map((field) => `/linux/resources/memory/${field}`),
  );
  t.same(shown(memoryV2({ memory: { limit: -1, reservation: -1 } })), [
    "memory.swap.max=max?",
    "memory.max=max?",
    "memory.low=max?",
  ]);
  t.same(shown(memoryV2({ memory: { limit: 5000, swap: 5000 } })), ["memory.swap.max=0?", "memory.max=5000"]);
  t.same(shown(memoryV2({ memory: { limit: 0, reservation: 0, swap: 0 } })), []);
  t.equal(memoryV2({ memory: { limit: 67108864 } }).writes[0]?.shown, "64 MiB");
});

t.test("memory: numbers at the edge of int64 stay what they were", async (t) => {
  const limit = 2 ** 63; // what 9223372036854775807 becomes in JSON.parse
  t.same(shown(memoryV2({ memory: { limit } })), ["memory.max=9223372036854775807"]);
  t.same(shown(memoryV2({ memory: { limit: 2 ** 63 - 4096 } })), ["memory.max=9223372036854771712"]);
  t.throws(() => memoryV2({ memory: { limit: -5 } }), {
    name: "RuntError",
    pointer: "/linux/resources/memory/limit",
  });
});

t.test("memory: what v2 does not have is refused, harmless values are not", async (t) => {
  t.throws(() => memoryV2({ memory: { swappiness: 10 } }), {
    code: "HOST_UNSUPPORTED",
    pointer: "/linux/resources/memory/swappiness",
  });
  t.throws(() => memoryV2({ memory: { disableOOMKiller: true } }), { code: "HOST_UNSUPPORTED" });
  t.same(shown(memoryV2({ memory: { disableOOMKiller: false, useHierarchy: true, kernel: 5 } })), []);
});

t.test("cpu", async (t) => {
  t.same(shown(cpuV2({ cpu: { quota: 50000, period: 200000 } })), ["cpu.max=50000 200000"]);
  t.same(shown(cpuV2({ cpu: { quota: 50000 } })), ["cpu.max=50000 100000"]);
  t.same(shown(cpuV2({ cpu: { quota: -1 } })), ["cpu.max=max 100000"]);
  t.same(shown(cpuV2({ cpu: { period: 20000 } })), ["cpu.max=max 20000"]);
  t.same(shown(cpuV2({ cpu: { quota: 0, period: 0, shares: 0 } })), []);
  t.same(shown(cpuV2({ cpu: { shares: 1024, idle: 0, quota: 10000, burst: 5000 } })), [
    "cpu.idle=0",
    "cpu.weight=100",
    "cpu.max=10000 100000",
    "cpu.max.burst=5000",
  ]);
  t.equal(cpuV2({ cpu: { period: 20000 } }).writes[0]?.pointer, "/linux/resources/cpu/period");
});

t.test("cpu: idle and shares cannot both hold", async (t) => {
  const limits = cpuV2({ cpu: { shares: 1024, idle: 1 } });
  t.same(shown(limits), ["cpu.idle=1"]);
  t.match(limits.warnings, [{ pointer: "/linux/resources/cpu/shares", message: /unable to apply both/ }]);
});

t.test("cpu: realtime is v1 only", async (t) => {
  t.throws(() => cpuV2({ cpu: { realtimeRuntime: 5 } }), {
    name: "RuntError",
    pointer: "/linux/resources/cpu/realtimeRuntime",
  });
  t.throws(() => cpuV2({ cpu: { realtimePeriod: 5 } }), { code: "HOST_UNSUPPORTED" });
  t.same(shown(cpuV2({ cpu: { realtimeRuntime: 0, realtimePeriod: 0 } })), []);
});

t.test("cpuset", async (t) => {
  t.same(shown(cpuset({ cpu: { cpus: "0-1,3", mems: "0" } })), ["cpuset.cpus=0-1,3", "cpuset.mems=0"]);
  t.same(shown(cpuset({ cpu: { cpus: "", mems: "" } })), []);
});

t.test("block io", async (t) => {
  t.equal(ioWeight(10), 1);
  t.equal(ioWeight(100), 910);
  t.equal(ioWeight(1000), 10000);
  const blockIO: Resources["blockIO"] = {
    weight: 100,
    weightDevice: [{ major: 8, minor: 0, weight: 500 }],
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1000 }],
    throttleWriteBpsDevice: [{ major: 8, minor: 16, rate: 2000 }],
    throttleReadIOPSDevice: [{ major: 8, minor: 0, rate: 30 }],
    throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 2 ** 64 }],
  };
  t.same(shown(blockIoV2({ blockIO })), [
    "io.bfq.weight=100 | io.weight=910",
    "io.bfq.weight=8:0 500 | io.weight=8:0 4950",
    "io.max=8:0 rbps=1000",
    "io.max=8:16 wbps=2000",
    "io.max=8:0 riops=30",
    "io.max=8:0 wiops=18446744073709551615",
  ]);
  t.throws(() => blockIoV2({ blockIO: { leafWeight: 10 } }), {
    code: "HOST_UNSUPPORTED",
    pointer: "/linux/resources/blockIO/leafWeight",
  });
  t.throws(() => blockIoV2({ blockIO: { weightDevice: [{ major: 8, minor: 0, leafWeight: 10 }] } }), {
    name: "RuntError",
    pointer: "/linux/resources/blockIO/weightDevice/0/leafWeight",
  });
  t.throws(() => blockIoV2({ blockIO: { throttleReadBpsDevice: [{ major: -1, minor: 0, rate: 1 }] } }), {
    name: "RuntError",
    pointer: "/linux/resources/blockIO/throttleReadBpsDevice/0/major",
  });
});

t.test("hugetlb", async (t) => {
  t.same(shown(hugetlbV2({ hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }] })), [
    "hugetlb.2MB.max=4194304",
    "hugetlb.2MB.rsvd.max=4194304?",
  ]);
  for (const pageSize of ["2M", "../2MB", "MB", ""]) {
    t.throws(() => hugetlbV2({ hugepageLimits: [{ pageSize, limit: 1 }] }), {
      name: "RuntError",
      pointer: "/linux/resources/hugepageLimits/0/pageSize",
    });
  }
});

t.test("rdma", async (t) => {
  t.same(shown(rdma({ rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, ib0: { hcaObjects: 0 } } })), [
    "rdma.max=mlx5_1 hca_handle=3 hca_object=10000",
    "rdma.max=ib0 hca_object=0",
  ]);
  t.throws(() => rdma({ rdma: { ib0: {} } }), { name: "RuntError", pointer: "/linux/resources/rdma/ib0" });
});

t.test("network is v1 only", async (t) => {
  t.throws(() => networkV2({ network: { classID: 1 } }), {
    name: "RuntError",
    pointer: "/linux/resources/network/classID",
  });
  t.throws(() => networkV2({ network: { priorities: [{ name: "eth0", priority: 1 }] } }), {
    name: "RuntError",
    pointer: "/linux/resources/network/priorities",
  });
  t.same(shown(networkV2({ network: { priorities: [] } })), []);
});

t.test("unified", async (t) => {
  t.same(shown(unified({ unified: { "memory.high": "1000", "io.max": "8:0 rbps=1\n8:16 rbps=2" } })), [
    "memory.high=1000",
    "io.max=8:0 rbps=1\n8:16 rbps=2",
  ]);
  t.throws(() => unified({ unified: { "memory/x.high": "1" } }), {
    message: /unified resource "memory\/x\.high" must be a file name \(no slashes\)/,
    pointer: "/linux/resources/unified/memory~1x.high",
  });
  t.throws(() => unified({ unified: { memory: "1" } }), {
    message: /unified resource "memory" must be in the form CONTROLLER\.PARAMETER/,
  });
});
