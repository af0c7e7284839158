import {
  byteLimit,
  type CgroupWarning,
  deviceNumber,
  int64Text,
  invalidValue,
  isSet,
  type Limits,
  type LimitWrite,
  NO_LIMIT,
  pageSize,
  RESOURCES,
  type Resources,
  showBytes,
  uint64Text,
  unsupportedField,
} from "./limits.ts";

const V1_ONLY = "cgroup v2 has no such setting";

/** pids.max; 0 becomes 1, because systemd does the same and a cgroup that admits nothing cannot start anything. */
export function pidsV2(resources: Resources): Limits {
  const limit = resources.pids?.limit;
  if (limit === undefined) return { writes: [], warnings: [] };
  const pointer = `${RESOURCES}/pids/limit`;
  const write: LimitWrite =
    limit < 0
      ? { controller: "pids", file: "pids.max", value: "max", pointer, ifMissing: NO_LIMIT }
      : { controller: "pids", file: "pids.max", value: int64Text(limit === 0 ? 1 : limit), pointer };
  return { writes: [write], warnings: [] };
}

/**
 * memory.swap.max from a limit of memory plus swap: "max", a number of bytes, or undefined for "leave it".
 * 0 means "not set" for both inputs. Throws SPEC_INVALID when the pair makes no sense.
 */
export function swapMax(limit: number, swap: number): string | undefined {
  const pointer = `${RESOURCES}/memory/swap`;
  // As on v1, where no limit on memory lifts the one on memory plus swap.
  if (limit === -1 && swap === 0) return "max";
  if (swap === 0) return undefined;
  if (swap === -1) return "max";
  if (swap < -1) throw invalidValue(pointer, swap, "is below -1 (no limit)");
  if (limit === -1) return int64Text(swap);
  if (limit === 0) throw invalidValue(pointer, swap, "unable to set swap limit without memory limit");
  if (swap < limit) {
    throw invalidValue(pointer, swap, `memory+swap limit should be >= memory limit (${int64Text(limit)})`);
  }
  return int64Text(swap - limit);
}

/** memory.swap.max, memory.max and memory.low, in this order; what v2 does not have is refused. */
export function memoryV2(resources: Resources): Limits {
  const memory = resources.memory;
  if (memory === undefined) return { writes: [], warnings: [] };
  const at = `${RESOURCES}/memory`;
  if (memory.swappiness !== undefined) {
    throw unsupportedField(
      `${at}/swappiness`,
      V1_ONLY,
      "leave it out; vm.swappiness holds for the whole machine",
    );
  }
  if (memory.disableOOMKiller === true) {
    throw unsupportedField(
      `${at}/disableOOMKiller`,
      V1_ONLY,
      "leave it out, or protect memory with memory.low",
    );
  }
  const writes: LimitWrite[] = [];
  const limit = memory.limit ?? 0;
  const swap = swapMax(limit, memory.swap ?? 0);
  if (swap !== undefined) {
    const missing =
      swap === "max" || swap === "0" ? "without swap accounting there is no swap to limit" : undefined;
    const pointer = isSet(memory.swap) ? `${at}/swap` : `${at}/limit`;
    const shown = swap === "max" ? undefined : showBytes(Number(swap));
    writes.push({
      controller: "memory",
      file: "memory.swap.max",
      value: swap,
      pointer,
      shown,
      ifMissing: missing,
    });
  }
  if (limit !== 0) {
    const pointer = `${at}/limit`;
    writes.push({ controller: "memory", file: "memory.max", pointer, ...byteLimit(pointer, limit, "max") });
  }
  if (isSet(memory.reservation)) {
    const pointer = `${at}/reservation`;
    const value = byteLimit(pointer, memory.reservation, "max");
    writes.push({ controller: "memory", file: "memory.low", pointer, ...value });
  }
  return { writes, warnings: [] };
}

/** `1 + (w-10)*9999/990`: blkio weights 10..1000 spread over io.weight's 1..10000. */
export function ioWeight(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

function weightWrite(pointer: string, weight: number, prefix: string): LimitWrite {
  const value = `${prefix}${weight}`;
  const otherwise = { file: "io.weight", value: `${prefix}${ioWeight(weight)}` };
  return { controller: "io", file: "io.bfq.weight", value, pointer, otherwise };
}

function refuseLeafWeight(pointer: string, weight: number | undefined): void {
  if (isSet(weight)) throw unsupportedField(`${pointer}/leafWeight`, V1_ONLY, "leave it out");
}

const THROTTLES = [
  ["throttleReadBpsDevice", "rbps"],
  ["throttleWriteBpsDevice", "wbps"],
  ["throttleReadIOPSDevice", "riops"],
  ["throttleWriteIOPSDevice", "wiops"],
] as const;

/** io.bfq.weight (else io.weight) and io.max. */
export function blockIoV2(resources: Resources): Limits {
  const blockIo = resources.blockIO;
  if (blockIo === undefined) return { writes: [], warnings: [] };
  const at = `${RESOURCES}/blockIO`;
  const writes: LimitWrite[] = [];
  refuseLeafWeight(at, blockIo.leafWeight);
  if (isSet(blockIo.weight)) writes.push(weightWrite(`${at}/weight`, blockIo.weight, ""));
  blockIo.weightDevice?.forEach((entry, i) => {
    const pointer = `${at}/weightDevice/${i}`;
    refuseLeafWeight(pointer, entry.leafWeight);
    if (isSet(entry.weight))
      writes.push(weightWrite(pointer, entry.weight, `${deviceNumber(pointer, entry)} `));
  });
  for (const [field, key] of THROTTLES) {
    blockIo[field]?.forEach((entry, i) => {
      const pointer = `${at}/${field}/${i}`;
      const value = `${deviceNumber(pointer, entry)} ${key}=${uint64Text(entry.rate)}`;
      writes.push({ controller: "io", file: "io.max", value, pointer });
    });
  }
  return { writes, warnings: [] };
}

/**
 * cpu.weight of cpu.shares: a quadratic in log2 that maps the ends 2 and 262144 to 1 and 10000 and, other than the
 * older linear formula, the default 1024 to the default 100. 0 = leave the weight alone.
 */
export function cpuWeight(shares: number): number {
  if (shares === 0) return 0;
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** The warning for shares beside idle=1; the kernel gives idle groups a fixed weight and refuses another. */
export function idleWithShares(): CgroupWarning {
  const message =
    "unable to apply both cpu.idle and cpu.shares: an idle cgroup has a fixed weight; shares is ignored";
  return { pointer: `${RESOURCES}/cpu/shares`, message };
}

/** cpu.idle, cpu.weight, cpu.max and cpu.max.burst. */
export function cpuV2(resources: Resources): Limits {
  const cpu = resources.cpu;
  if (cpu === undefined) return { writes: [], warnings: [] };
  const at = `${RESOURCES}/cpu`;
  for (const field of ["realtimeRuntime", "realtimePeriod"] as const) {
    if (isSet(cpu[field])) throw unsupportedField(`${at}/${field}`, V1_ONLY, "leave it out");
  }
  const writes: LimitWrite[] = [];
  const warnings: CgroupWarning[] = [];
  const write = (field: string, file: string, value: string): void => {
    writes.push({ controller: "cpu", file, value, pointer: `${at}/${field}` });
  };
  if (cpu.idle !== undefined) write("idle", "cpu.idle", int64Text(cpu.idle));
  if (isSet(cpu.shares)) {
    if (cpu.idle === 1) warnings.push(idleWithShares());
    else write("shares", "cpu.weight", String(cpuWeight(cpu.shares)));
  }
  if (isSet(cpu.quota) || isSet(cpu.period)) {
    const quota = isSet(cpu.quota) && cpu.quota > 0 ? int64Text(cpu.quota) : "max";
    const period = isSet(cpu.period) ? uint64Text(cpu.period) : "100000";
    write(isSet(cpu.quota) ? "quota" : "period", "cpu.max", `${quota} ${period}`);
  }
  if (cpu.burst !== undefined) write("burst", "cpu.max.burst", uint64Text(cpu.burst));
  return { writes, warnings };
}

/** cpuset.cpus and cpuset.mems; the file names are the same on v1. */
export function cpuset(resources: Resources): Limits {
  const writes: LimitWrite[] = [];
  for (const field of ["cpus", "mems"] as const) {
    const value = resources.cpu?.[field];
    if (value === undefined || value === "") continue;
    writes.push({
      controller: "cpuset",
      file: `cpuset.${field}`,
      value,
      pointer: `${RESOURCES}/cpu/${field}`,
    });
  }
  return { writes, warnings: [] };
}

/** The limit on page faults of every size, and the one on reservations where the kernel has it. */
export function hugetlbV2(resources: Resources): Limits {
  return hugetlb(resources, "max");
}

/** hugetlb.<size>.<suffix> and hugetlb.<size>.rsvd.<suffix>; only the suffix differs between v1 and v2. */
export function hugetlb(resources: Resources, suffix: "max" | "limit_in_bytes"): Limits {
  const writes = (resources.hugepageLimits ?? []).flatMap((entry, i): LimitWrite[] => {
    const pointer = `${RESOURCES}/hugepageLimits/${i}`;
    const size = pageSize(pointer, entry.pageSize);
    const common = {
      controller: "hugetlb",
      value: uint64Text(entry.limit),
      pointer,
      shown: showBytes(entry.limit),
    };
    const ifMissing = "the kernel does not account reservations; page faults are limited";
    return [
      { ...common, file: `hugetlb.${size}.${suffix}` },
      { ...common, file: `hugetlb.${size}.rsvd.${suffix}`, ifMissing },
    ];
  });
  return { writes, warnings: [] };
}

/** rdma.max, one line per device; the file is the same on v1. */
export function rdma(resources: Resources): Limits {
  const writes = Object.entries(resources.rdma ?? {}).map(([device, limits]): LimitWrite => {
    const pointer = `${RESOURCES}/rdma/${device.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const parts = [device];
    if (limits.hcaHandles !== undefined) parts.push(`hca_handle=${limits.hcaHandles}`);
    if (limits.hcaObjects !== undefined) parts.push(`hca_object=${limits.hcaObjects}`);
    if (parts.length === 1) throw invalidValue(pointer, limits, "names neither hcaHandles nor hcaObjects");
    return { controller: "rdma", file: "rdma.max", value: parts.join(" "), pointer };
  });
  return { writes, warnings: [] };
}

/** net_cls and net_prio are v1 controllers without a successor. */
export function networkV2(resources: Resources): Limits {
  const hint = "leave it out; match on the cgroup path with nftables or tc instead";
  const { classID, priorities } = resources.network ?? {};
  if (isSet(classID)) throw unsupportedField(`${RESOURCES}/network/classID`, V1_ONLY, hint);
  if ((priorities?.length ?? 0) > 0) throw unsupportedField(`${RESOURCES}/network/priorities`, V1_ONLY, hint);
  return { writes: [], warnings: [] };
}

/** linux.resources.unified: files named by the user, written as they are. */
export function unified(resources: Resources): Limits {
  const writes = Object.entries(resources.unified ?? {}).map(([file, value]): LimitWrite => {
    const pointer = `${RESOURCES}/unified/${file.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const resource = `unified resource ${JSON.stringify(file)}`;
    if (file.includes("/"))
      throw invalidValue(pointer, value, `${resource} must be a file name (no slashes)`);
    const dot = file.indexOf(".");
    if (dot <= 0) throw invalidValue(pointer, value, `${resource} must be in the form CONTROLLER.PARAMETER`);
    return { controller: file.slice(0, dot), file, value, pointer };
  });
  return { writes, warnings: [] };
}
