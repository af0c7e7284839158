import { z } from "zod";
import { int64, map, object, uint16, uint32, uint64 } from "./common.ts";

export const deviceRule = object({
  allow: z.boolean().describe("True grants, false refuses."),
  type: z.enum(["a", "b", "c", "u", "p"]).optional().describe("a = all, b = block, c or u = character."),
  major: int64.optional().describe("Any when left out."),
  minor: int64.optional().describe("Any when left out."),
  access: z.string().optional().describe("Letters of r (read), w (write), m (mknod)."),
}).meta({ title: "device rule", description: "Later rules win over earlier ones." });

const memory = object({
  limit: int64.optional().describe("Bytes; -1 is no limit."),
  reservation: int64.optional().describe("Bytes that are kept when memory runs short."),
  swap: int64.optional().describe("Memory and swap together, in bytes; -1 is no limit."),
  kernel: int64.optional().describe("Bytes of kernel memory; obsolete."),
  kernelTCP: int64.optional().describe("Bytes of TCP buffers, cgroup v1 only."),
  swappiness: uint64.optional().describe("0 to 100, cgroup v1 only."),
  disableOOMKiller: z.boolean().optional().describe("Let processes wait for memory, cgroup v1 only."),
  useHierarchy: z.boolean().optional().describe("Count children too, cgroup v1 only."),
  checkBeforeUpdate: z.boolean().optional().describe("Refuse an update below what is in use."),
}).meta({ title: "memory limits" });

const cpu = object({
  shares: uint64.optional().describe("Weight against other cgroups, 2 to 262144."),
  quota: int64.optional().describe("Microseconds of CPU time per period; -1 is no limit."),
  burst: uint64.optional().describe("Microseconds of unused quota that may be saved up."),
  period: uint64.optional().describe("Microseconds of one period."),
  realtimeRuntime: int64.optional().describe("Microseconds for real-time tasks, cgroup v1 only."),
  realtimePeriod: uint64.optional().describe("Microseconds of their period, cgroup v1 only."),
  cpus: z.string().optional().describe('CPUs as a list such as "0-3,7".'),
  mems: z.string().optional().describe('Memory nodes as a list such as "0-1".'),
  idle: int64.optional().describe("1 runs it only when nothing else wants the CPU."),
}).meta({ title: "CPU limits" });

const weight = uint16.optional().describe("10 to 1000.");
const leafWeight = uint16.optional().describe("10 to 1000, against child cgroups; cgroup v1 only.");

const weightDevice = object({ major: int64, minor: int64, weight, leafWeight }).meta({
  title: "weight on a device",
});

const throttleDevice = object({
  major: int64,
  minor: int64,
  rate: uint64.describe("Bytes or operations per second."),
}).meta({ id: "throttleDevice", title: "rate on a device" });

const blockIO = object({
  weight,
  leafWeight,
  weightDevice: z.array(weightDevice).optional(),
  throttleReadBpsDevice: z.array(throttleDevice).optional().describe("Bytes read per second."),
  throttleWriteBpsDevice: z.array(throttleDevice).optional().describe("Bytes written per second."),
  throttleReadIOPSDevice: z.array(throttleDevice).optional().describe("Reads per second."),
  throttleWriteIOPSDevice: z.array(throttleDevice).optional().describe("Writes per second."),
}).meta({ title: "block I/O limits" });

const interfacePriority = object({
  name: z.string().describe("Interface in the runtime's network namespace."),
  priority: uint32,
}).meta({ title: "priority on an interface" });

const network = object({
  classID: uint32.optional().describe("Class of the packets for tc(8)."),
  priorities: z.array(interfacePriority).optional(),
}).meta({ title: "network class and priorities", description: "Cgroup v1 only." });

const hugepageLimit = object({
  pageSize: z.string().describe("Such as 64KB, 2MB or 1GB."),
  limit: uint64.describe("Bytes."),
}).meta({ title: "huge page limit" });

const rdma = object({
  hcaHandles: uint32.optional().describe("Most handles."),
  hcaObjects: uint32.optional().describe("Most objects."),
}).meta({ title: "limits on an RDMA device" });

export const resources = object({
  devices: z.array(deviceRule).optional(),
  memory: memory.optional(),
  cpu: cpu.optional(),
  pids: object({ limit: int64.optional().describe("Most tasks; -1 is no limit.") })
    .optional()
    .meta({ title: "pids limit" }),
  blockIO: blockIO.optional(),
  hugepageLimits: z.array(hugepageLimit).optional(),
  network: network.optional(),
  rdma: map(rdma).optional().describe("Limits by the name of the RDMA device."),
  unified: map(z.string()).optional().describe("Files of cgroup v2 and what is written to them."),
}).meta({ title: "resources", description: "Limits of the container's cgroup." });
