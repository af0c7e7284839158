import { z } from "zod";
import { int64, object, uint16, uint32, uint64 } from "./common.ts";

export const deviceRule = object({
  allow: z.boolean().meta({ description: "True grants, false refuses." }),
  type: z
    .enum(["a", "b", "c", "u", "p"])
    .optional()
    .meta({ description: "a = all, b = block, c or u = character." }),
  major: int64.optional(),
  minor: int64.optional(),
  access: z.string().optional().meta({ description: "Any of r (read), w (write), m (mknod)." }),
}).meta({ title: "device rule" });

const memory = object({
  limit: int64.optional().meta({ description: "Bytes; -1 is no limit." }),
  reservation: int64.optional(),
  swap: int64.optional().meta({ description: "Memory and swap together, in bytes." }),
  kernel: int64.optional(),
  kernelTCP: int64.optional(),
  swappiness: uint64.optional(),
  disableOOMKiller: z.boolean().optional(),
  useHierarchy: z.boolean().optional(),
  checkBeforeUpdate: z.boolean().optional(),
}).meta({ title: "memory limits" });

const cpu = object({
  shares: uint64.optional(),
  quota: int64.optional().meta({ description: "Microseconds of CPU time per period." }),
  burst: uint64.optional(),
  period: uint64.optional(),
  realtimeRuntime: int64.optional(),
  realtimePeriod: uint64.optional(),
  cpus: z.string().optional(),
  mems: z.string().optional(),
  idle: int64.optional(),
}).meta({ title: "CPU limits" });

const weightDevice = object({
  major: int64,
  minor: int64,
  weight: uint16.optional(),
  leafWeight: uint16.optional(),
});
const throttleDevice = object({ major: int64, minor: int64, rate: uint64 });

const blockIO = object({
  weight: uint16.optional(),
  leafWeight: uint16.optional(),
  weightDevice: z.array(weightDevice).optional(),
  throttleReadBpsDevice: z.array(throttleDevice).optional(),
  throttleWriteBpsDevice: z.array(throttleDevice).optional(),
  throttleReadIOPSDevice: z.array(throttleDevice).optional(),
  throttleWriteIOPSDevice: z.array(throttleDevice).optional(),
}).meta({ title: "block I/O limits" });

const network = object({
  classID: uint32.optional(),
  priorities: z.array(object({ name: z.string(), priority: uint32 })).optional(),
}).meta({ title: "network class and priorities" });

export const resources = object({
  devices: z.array(deviceRule).optional(),
  memory: memory.optional(),
  cpu: cpu.optional(),
  pids: object({ limit: int64 }).optional(),
  blockIO: blockIO.optional(),
  hugepageLimits: z.array(object({ pageSize: z.string(), limit: uint64 })).optional(),
  network: network.optional(),
  rdma: z
    .record(z.string(), object({ hcaHandles: uint32.optional(), hcaObjects: uint32.optional() }))
    .optional(),
  unified: z.record(z.string(), z.string()).optional().meta({ description: "Raw files of cgroup v2." }),
}).meta({ title: "resources", description: "Limits of the container's cgroup." });
