import { z } from "zod";
import { annotations, int32, object } from "./common.ts";

export const state = object({
  ociVersion: z.string(),
  id: z.string(),
  status: z.enum(["creating", "created", "running", "stopped", "paused"]),
  pid: int32.min(0).optional(),
  bundle: z.string(),
  annotations: annotations.optional(),
}).meta({ title: "state", description: "State of a container as hooks and callers read it." });

const names = z.array(z.string()).optional();
const enabled = object({ enabled: z.boolean().optional() }).optional();

export const features = object({
  ociVersionMin: z.string(),
  ociVersionMax: z.string(),
  hooks: names,
  mountOptions: names,
  linux: object({
    namespaces: names,
    capabilities: names,
    cgroup: object({
      v1: z.boolean().optional(),
      v2: z.boolean().optional(),
      systemd: z.boolean().optional(),
      systemdUser: z.boolean().optional(),
      rdma: z.boolean().optional(),
    }).optional(),
    seccomp: object({
      enabled: z.boolean().optional(),
      actions: names,
      operators: names,
      archs: names,
      knownFlags: names,
      supportedFlags: names,
    }).optional(),
    apparmor: enabled,
    selinux: enabled,
    intelRdt: object({
      enabled: z.boolean().optional(),
      schemata: z.boolean().optional(),
      monitoring: z.boolean().optional(),
    }).optional(),
    memoryPolicy: object({ modes: names, flags: names }).optional(),
    mountExtensions: object({ idmap: enabled }).optional(),
    netDevices: enabled,
  }).optional(),
  annotations: annotations.optional(),
  potentiallyUnsafeConfigAnnotations: names,
}).meta({ title: "features", description: "What a runtime can do." });
