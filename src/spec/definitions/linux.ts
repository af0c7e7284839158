import { z } from "zod";
import { idMapping, int64, object, uint32 } from "./common.ts";
import { resources } from "./resources.ts";
import { seccomp } from "./seccomp.ts";

export const namespace = object({
  type: z.enum(["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"]),
  path: z.string().optional().meta({ description: "Namespace to join; a new one is made when left out." }),
}).meta({ title: "namespace" });

export const device = object({
  type: z.enum(["c", "b", "u", "p"]),
  path: z.string(),
  major: int64.optional(),
  minor: int64.optional(),
  fileMode: uint32.optional(),
  uid: uint32.optional(),
  gid: uint32.optional(),
}).meta({ title: "device" });

const intelRdt = object({
  closID: z.string().optional(),
  schemata: z.array(z.string()).optional(),
  l3CacheSchema: z.string().optional(),
  memBwSchema: z.string().optional(),
  enableMonitoring: z.boolean().optional(),
  enableCMT: z.boolean().optional(),
  enableMBM: z.boolean().optional(),
}).meta({ title: "Intel RDT", description: "Cache and memory bandwidth classes." });

const memoryPolicy = object({
  mode: z.enum([
    "MPOL_DEFAULT",
    "MPOL_BIND",
    "MPOL_INTERLEAVE",
    "MPOL_WEIGHTED_INTERLEAVE",
    "MPOL_PREFERRED",
    "MPOL_PREFERRED_MANY",
    "MPOL_LOCAL",
  ]),
  nodes: z.string().optional(),
  flags: z
    .array(z.enum(["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"]))
    .optional(),
}).meta({ title: "memory policy" });

export const timeOffset = object({
  secs: int64.optional(),
  nanosecs: uint32.optional(),
}).meta({ title: "offset of a clock" });

export const linux = object({
  devices: z.array(device).optional(),
  netDevices: z.record(z.string(), object({ name: z.string().optional() })).optional(),
  uidMappings: z.array(idMapping).optional(),
  gidMappings: z.array(idMapping).optional(),
  namespaces: z.array(namespace).optional(),
  timeOffsets: object({ monotonic: timeOffset.optional(), boottime: timeOffset.optional() }).optional(),
  cgroupsPath: z.string().optional(),
  resources: resources.optional(),
  rootfsPropagation: z
    .enum(["shared", "slave", "private", "unbindable", "rshared", "rslave", "rprivate", "runbindable", ""])
    .optional(),
  seccomp: seccomp.optional(),
  sysctl: z.record(z.string(), z.string()).optional(),
  maskedPaths: z.array(z.string()).optional(),
  readonlyPaths: z.array(z.string()).optional(),
  mountLabel: z.string().optional(),
  intelRdt: intelRdt.optional(),
  memoryPolicy: memoryPolicy.optional(),
  personality: object({
    domain: z.enum(["LINUX", "LINUX32"]),
    flags: z.array(z.string()).optional(),
  }).optional(),
}).meta({ title: "linux", description: "What only Linux has." });
