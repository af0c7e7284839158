import {
  type CgroupWarning,
  type Limits,
  type LimitWrite,
  RESOURCES,
  type Resources,
  unsupportedField,
} from "./limits.ts";
import type { CgroupDirectory, CgroupRecord } from "./record.ts";
import { blockIoV1, cpuV1, hugetlbV1, memoryV1, networkV1, pidsV1 } from "./v1-values.ts";
import {
  blockIoV2,
  cpuset,
  cpuV2,
  hugetlbV2,
  memoryV2,
  networkV2,
  pidsV2,
  rdma,
  unified,
} from "./v2-values.ts";

/** A value and the hierarchy that takes it. */
export interface PlacedLimit {
  write: LimitWrite;
  /** Index into the record's directories. */
  directory: number;
}

/** One part of linux.resources: its controller's name on v1 and on v2, and what to write on either. */
interface Part {
  v1: string;
  v2: string;
  v1Limits: (resources: Resources) => Limits;
  v2Limits: (resources: Resources) => Limits;
}

const PARTS: readonly Part[] = [
  { v1: "pids", v2: "pids", v1Limits: pidsV1, v2Limits: pidsV2 },
  { v1: "memory", v2: "memory", v1Limits: memoryV1, v2Limits: memoryV2 },
  { v1: "blkio", v2: "io", v1Limits: blockIoV1, v2Limits: blockIoV2 },
  { v1: "cpu", v2: "cpu", v1Limits: cpuV1, v2Limits: cpuV2 },
  { v1: "cpuset", v2: "cpuset", v1Limits: cpuset, v2Limits: cpuset },
  { v1: "hugetlb", v2: "hugetlb", v1Limits: hugetlbV1, v2Limits: hugetlbV2 },
  { v1: "net_cls", v2: "net_cls", v1Limits: networkV1, v2Limits: networkV2 },
  { v1: "rdma", v2: "rdma", v1Limits: rdma, v2Limits: rdma },
];

function findDirectory(directories: readonly CgroupDirectory[], version: 1 | 2, controller: string): number {
  return directories.findIndex(
    (entry) => entry.version === version && entry.controllers.includes(controller),
  );
}

/** In hybrid mode a controller sits in one hierarchy or the other; the part follows it. */
function versionOf(part: Part, record: CgroupRecord): 1 | 2 {
  if (findDirectory(record.directories, 1, part.v1) >= 0) return 1;
  if (findDirectory(record.directories, 2, part.v2) >= 0) return 2;
  return record.mode === "v2" ? 2 : 1;
}

function place(write: LimitWrite, version: 1 | 2, record: CgroupRecord): PlacedLimit | undefined {
  const directory = findDirectory(record.directories, version, write.controller);
  if (directory >= 0) return { write, directory };
  if (write.ifMissing !== undefined) return undefined;
  const mounted = [...new Set(record.directories.flatMap((entry) => entry.controllers))].join(", ");
  throw unsupportedField(
    write.pointer,
    `the ${write.controller} controller is not available (this host offers: ${mounted === "" ? "none" : mounted})`,
    `mount or delegate the ${write.controller} controller, or leave the field out`,
  );
}

function placeUnified(resources: Resources, record: CgroupRecord): PlacedLimit[] {
  const writes = unified(resources).writes;
  const directory = record.directories.findIndex((entry) => entry.version === 2);
  return writes.map((write) => {
    const here = record.directories[directory];
    // In pure v2 files without a controller (cpu.pressure) exist too, so the kernel has the last word there.
    const usable =
      record.mode === "v2" || here?.controllers.includes(write.controller) || write.controller === "cgroup";
    if (here !== undefined && usable) return { write, directory };
    throw unsupportedField(write.pointer, "invalid configuration: cannot use unified on cgroup v1");
  });
}

/** linux.resources.memory.kernel and kernelTCP are deprecated by the specification and ignored. */
function deprecated(resources: Resources): CgroupWarning[] {
  return (["kernel", "kernelTCP"] as const)
    .filter((field) => (resources.memory?.[field] ?? 0) !== 0)
    .map((field) => ({
      pointer: `${RESOURCES}/memory/${field}`,
      message: `linux.resources.memory.${field} is deprecated and ignored: the kernel charges it to memory.limit`,
    }));
}

/**
 * Every value that linux.resources asks for with the hierarchy that takes it, in the order of writing; devices are
 * not among them (see device-rules.ts). Throws SPEC_INVALID for values that no kernel takes and HOST_UNSUPPORTED
 * for fields that this host's cgroups cannot carry out; deprecated fields give warnings.
 */
export function placeLimits(
  resources: Resources,
  record: CgroupRecord,
): { limits: readonly PlacedLimit[]; warnings: readonly CgroupWarning[] } {
  const limits: PlacedLimit[] = [];
  const warnings = deprecated(resources);
  for (const part of PARTS) {
    const version = versionOf(part, record);
    const found = version === 1 ? part.v1Limits(resources) : part.v2Limits(resources);
    for (const write of found.writes) {
      const placed = place(write, version, record);
      if (placed !== undefined) limits.push(placed);
    }
    warnings.push(...found.warnings);
  }
  return { limits: [...limits, ...placeUnified(resources, record)], warnings };
}
