import { z } from "zod";
import { annotations, int32, object, texts } from "./common.ts";

const status = z.enum(["creating", "created", "running", "stopped", "paused"]);

export const state = object({
  ociVersion: z.string().describe("Version of the specification that this document follows."),
  id: z.string().describe("The container's id."),
  status,
  pid: int32.min(0).optional().describe("Its first process, unless it has stopped."),
  bundle: z.string().describe("Absolute path of the bundle."),
  annotations: annotations.optional(),
}).meta({ title: "state", description: "State of a container as hooks and callers read it." });

const names = texts.optional();
const yes = z.boolean().optional();
const enabled = object({ enabled: yes }).optional();

const cgroup = object({
  v1: yes,
  v2: yes,
  systemd: yes.describe("Cgroups made by the system's systemd."),
  systemdUser: yes.describe("Cgroups made by a user's systemd."),
  rdma: yes,
}).meta({ title: "cgroups" });

const seccomp = object({
  enabled: yes,
  actions: names,
  operators: names,
  archs: names,
  knownFlags: names.describe("Flags that are recognised."),
  supportedFlags: names.describe("Flags that are carried out."),
}).meta({ title: "seccomp" });

const linux = object({
  namespaces: names,
  capabilities: names,
  cgroup: cgroup.optional(),
  seccomp: seccomp.optional(),
  apparmor: enabled,
  selinux: enabled,
  intelRdt: object({ enabled: yes, schemata: yes, monitoring: yes }).optional(),
  memoryPolicy: object({ modes: names, flags: names }).optional(),
  mountExtensions: object({ idmap: enabled }).optional(),
  netDevices: enabled,
}).meta({ title: "linux", description: "What it can do on Linux." });

export const features = object({
  ociVersionMin: z.string().describe("Lowest version that is accepted as ociVersion."),
  ociVersionMax: z.string().describe("Highest version that is accepted as ociVersion."),
  hooks: names.describe("Points at which hooks are run."),
  mountOptions: names.describe("Mount option words that are recognised."),
  linux: linux.optional(),
  annotations: annotations.optional(),
  potentiallyUnsafeConfigAnnotations: names.describe("Annotations that change what the runtime does."),
}).meta({ title: "features", description: "What a runtime can do." });
