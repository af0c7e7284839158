import {
  byteLimit,
  type CgroupWarning,
  deviceNumber,
  int64Text,
  invalidValue,
  isSet,
  type Limits,
  type LimitWrite,
  RESOURCES,
  type Resources,
  uint64Text,
} from "./limits.ts";
import { hugetlb, idleWithShares, pidsV2 } from "./v2-values.ts";

/** pids.max has the same name and meaning as on v2. */
export const pidsV1 = pidsV2;

const MIN_SHARES = 2;
const MAX_SHARES = 262144;

/**
 * memory.limit_in_bytes before memory.memsw.limit_in_bytes, which is right for a new cgroup (memsw starts without
 * a limit and may never be below the limit), then soft limit, swappiness and the OOM killer's switch.
 */
export function memoryV1(resources: Resources): Limits {
  const memory = resources.memory;
  if (memory === undefined) return { writes: [], warnings: [] };
  const at = `${RESOURCES}/memory`;
  const writes: LimitWrite[] = [];
  const write = (
    field: string,
    file: string,
    value: Pick<LimitWrite, "value" | "shown" | "ifMissing">,
  ): void => {
    writes.push({ controller: "memory", file, pointer: `${at}/${field}`, ...value });
  };
  const limit = memory.limit ?? 0;
  const swap = memory.swap ?? 0;
  if (limit > 0 && swap > 0 && swap < limit) {
    const reason = `memory+swap limit should be >= memory limit (${int64Text(limit)})`;
    throw invalidValue(`${at}/swap`, swap, reason);
  }
  if (limit !== 0) write("limit", "memory.limit_in_bytes", byteLimit(`${at}/limit`, limit, "-1"));
  if (swap !== 0) write("swap", "memory.memsw.limit_in_bytes", byteLimit(`${at}/swap`, swap, "-1"));
  // No limit on memory lifts the one on memory plus swap, where the kernel accounts swap at all.
  else if (limit === -1) write("limit", "memory.memsw.limit_in_bytes", byteLimit(`${at}/limit`, -1, "-1"));
  if (isSet(memory.reservation)) {
    const value = byteLimit(`${at}/reservation`, memory.reservation, "-1");
    write("reservation", "memory.soft_limit_in_bytes", value);
  }
  if (memory.disableOOMKiller === true) write("disableOOMKiller", "memory.oom_control", { value: "1" });
  if (memory.swappiness !== undefined) {
    if (memory.swappiness < 0 || memory.swappiness > 100) {
      throw invalidValue(`${at}/swappiness`, memory.swappiness, "is not between 0 and 100");
    }
    write("swappiness", "memory.swappiness", { value: int64Text(memory.swappiness) });
  }
  return { writes, warnings: [] };
}

function checkShares(shares: number): string {
  const pointer = `${RESOURCES}/cpu/shares`;
  // KERNEL: values out of range are clamped silently, so the user would not get what the config says.
  if (shares < MIN_SHARES)
    throw invalidValue(pointer, shares, `the minimum allowed cpu-shares is ${MIN_SHARES}`);
  if (shares > MAX_SHARES)
    throw invalidValue(pointer, shares, `the maximum allowed cpu-shares is ${MAX_SHARES}`);
  return String(shares);
}

/** Realtime budget, shares or idle, CFS period, quota and burst: the order in which a new cgroup accepts them. */
export function cpuV1(resources: Resources): Limits {
  const cpu = resources.cpu;
  if (cpu === undefined) return { writes: [], warnings: [] };
  const writes: LimitWrite[] = [];
  const warnings: CgroupWarning[] = [];
  const write = (field: string, file: string, value: string): void => {
    writes.push({ controller: "cpu", file, value, pointer: `${RESOURCES}/cpu/${field}` });
  };
  if (isSet(cpu.realtimePeriod)) write("realtimePeriod", "cpu.rt_period_us", uint64Text(cpu.realtimePeriod));
  if (isSet(cpu.realtimeRuntime))
    write("realtimeRuntime", "cpu.rt_runtime_us", int64Text(cpu.realtimeRuntime));
  if (cpu.idle !== undefined) write("idle", "cpu.idle", int64Text(cpu.idle));
  if (isSet(cpu.shares)) {
    const value = checkShares(cpu.shares);
    if (cpu.idle === 1) warnings.push(idleWithShares());
    else write("shares", "cpu.shares", value);
  }
  if (isSet(cpu.period)) write("period", "cpu.cfs_period_us", uint64Text(cpu.period));
  if (isSet(cpu.quota)) write("quota", "cpu.cfs_quota_us", cpu.quota < 0 ? "-1" : int64Text(cpu.quota));
  if (cpu.burst !== undefined) write("burst", "cpu.cfs_burst_us", uint64Text(cpu.burst));
  return { writes, warnings };
}

const THROTTLES = [
  ["throttleReadBpsDevice", "blkio.throttle.read_bps_device"],
  ["throttleWriteBpsDevice", "blkio.throttle.write_bps_device"],
  ["throttleReadIOPSDevice", "blkio.throttle.read_iops_device"],
  ["throttleWriteIOPSDevice", "blkio.throttle.write_iops_device"],
] as const;

/** Weights (of CFQ, else of BFQ), leaf weights and throttles. */
export function blockIoV1(resources: Resources): Limits {
  const blockIo = resources.blockIO;
  if (blockIo === undefined) return { writes: [], warnings: [] };
  const at = `${RESOURCES}/blockIO`;
  const writes: LimitWrite[] = [];
  const write = (pointer: string, file: string, value: string, other?: string): void => {
    const otherwise = other === undefined ? undefined : { file: other, value };
    writes.push({ controller: "blkio", file, value, pointer, otherwise });
  };
  if (isSet(blockIo.weight)) write(`${at}/weight`, "blkio.weight", `${blockIo.weight}`, "blkio.bfq.weight");
  if (isSet(blockIo.leafWeight)) write(`${at}/leafWeight`, "blkio.leaf_weight", `${blockIo.leafWeight}`);
  blockIo.weightDevice?.forEach((entry, i) => {
    const pointer = `${at}/weightDevice/${i}`;
    const device = deviceNumber(pointer, entry);
    if (isSet(entry.weight)) {
      write(pointer, "blkio.weight_device", `${device} ${entry.weight}`, "blkio.bfq.weight_device");
    }
    if (isSet(entry.leafWeight)) write(pointer, "blkio.leaf_weight_device", `${device} ${entry.leafWeight}`);
  });
  for (const [field, file] of THROTTLES) {
    blockIo[field]?.forEach((entry, i) => {
      const pointer = `${at}/${field}/${i}`;
      write(pointer, file, `${deviceNumber(pointer, entry)} ${uint64Text(entry.rate)}`);
    });
  }
  return { writes, warnings: [] };
}

/** Limits of huge pages. */
export function hugetlbV1(resources: Resources): Limits {
  return hugetlb(resources, "limit_in_bytes");
}

/** net_cls.classid and net_prio.ifpriomap. */
export function networkV1(resources: Resources): Limits {
  const at = `${RESOURCES}/network`;
  const writes: LimitWrite[] = [];
  const { classID, priorities } = resources.network ?? {};
  if (isSet(classID)) {
    const pointer = `${at}/classID`;
    writes.push({ controller: "net_cls", file: "net_cls.classid", value: uint64Text(classID), pointer });
  }
  priorities?.forEach((entry, i) => {
    const value = `${entry.name} ${entry.priority}`;
    writes.push({
      controller: "net_prio",
      file: "net_prio.ifpriomap",
      value,
      pointer: `${at}/priorities/${i}`,
    });
  });
  return { writes, warnings: [] };
}
