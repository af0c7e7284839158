import { z } from "zod";
import { idMapping, int64, map, object, texts, uint32 } from "./common.ts";
import { resources } from "./resources.ts";
import { seccomp } from "./seccomp.ts";

export const namespace = object({
  type: z.enum(["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"]),
  path: z.string().optional().describe("Namespace to join; a new one is made when left out."),
}).meta({
  title: "namespace",
  description: "A namespace that the container does not share with the runtime.",
});

export const device = object({
  type: z.enum(["c", "b", "u", "p"]).describe("c or u = character, b = block, p = FIFO."),
  path: z.string().describe("Absolute path in the container."),
  major: int64.optional().describe("Major number; not for a FIFO."),
  minor: int64.optional().describe("Minor number; not for a FIFO."),
  fileMode: uint32.optional().describe("Permission bits, as a decimal number."),
  uid: uint32.optional().describe("Owner inside the container."),
  gid: uint32.optional().describe("Group inside the container."),
}).meta({ title: "device", description: "A device node." });

const intelRdt = object({
  closID: z.string().optional().describe("Class of service to join; the container's id when left out."),
  schemata: texts.optional().describe("Lines for the schemata file, written last."),
  l3CacheSchema: z.string().optional().describe("L3 cache line of the schemata file."),
  memBwSchema: z.string().optional().describe("Memory bandwidth line of the schemata file."),
  enableMonitoring: z.boolean().optional().describe("Make a monitoring group of its own."),
  enableCMT: z.boolean().optional().describe("Superseded by enableMonitoring."),
  enableMBM: z.boolean().optional().describe("Superseded by enableMonitoring."),
}).meta({ title: "Intel RDT", description: "Cache and memory bandwidth classes." });

const policyMode = z.enum([
  "MPOL_DEFAULT",
  "MPOL_BIND",
  "MPOL_INTERLEAVE",
  "MPOL_WEIGHTED_INTERLEAVE",
  "MPOL_PREFERRED",
  "MPOL_PREFERRED_MANY",
  "MPOL_LOCAL",
]);
const policyFlag = z.enum(["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"]);

const memoryPolicy = object({
  mode: policyMode,
  nodes: z.string().optional().describe('NUMA nodes as a list such as "0-1,3".'),
  flags: z.array(policyFlag).optional(),
}).meta({ title: "memory policy", description: "NUMA policy of the process, see set_mempolicy(2)." });

const timeOffset = object({
  secs: int64.optional().describe("Whole seconds, also negative."),
  nanosecs: uint32.optional().describe("Nanoseconds on top."),
}).meta({ id: "timeOffset", title: "offset of a clock" });

const timeOffsets = object({
  monotonic: timeOffset.optional(),
  boottime: timeOffset.optional(),
}).meta({ title: "time offsets", description: "What the clocks of a new time namespace differ by." });

const netDevice = object({
  name: z.string().optional().describe("Name inside the container; the same when left out."),
}).meta({ title: "network device" });

const propagation = z.enum([
  "shared",
  "slave",
  "private",
  "unbindable",
  "rshared",
  "rslave",
  "rprivate",
  "runbindable",
  "",
]);

const personality = object({
  domain: z.enum(["LINUX", "LINUX32"]).describe("What uname(2) and the address space look like."),
  flags: texts.optional().describe("None is defined so far."),
}).meta({ title: "personality", description: "Execution domain, see personality(2)." });

export const linux = object({
  devices: z.array(device).optional().describe("Device nodes besides the default ones."),
  netDevices: map(netDevice)
    .optional()
    .describe("Network devices of the host, by name, that the container gets."),
  uidMappings: z.array(idMapping).optional().describe("User ids of the new user namespace."),
  gidMappings: z.array(idMapping).optional().describe("Group ids of the new user namespace."),
  namespaces: z.array(namespace).optional(),
  timeOffsets: timeOffsets.optional(),
  cgroupsPath: z.string().optional().describe("Cgroup of the container; for systemd slice:prefix:name."),
  resources: resources.optional(),
  rootfsPropagation: propagation.optional().describe("Mount propagation of the root filesystem."),
  seccomp: seccomp.optional(),
  sysctl: map(z.string()).optional().describe("Kernel parameters of the container's namespaces."),
  maskedPaths: texts.optional().describe("Absolute paths that cannot be read inside."),
  readonlyPaths: texts.optional().describe("Absolute paths that cannot be written inside."),
  mountLabel: z.string().optional().describe("SELinux context of the mounts."),
  intelRdt: intelRdt.optional(),
  memoryPolicy: memoryPolicy.optional(),
  personality: personality.optional(),
}).meta({ title: "linux", description: "What only Linux has." });
