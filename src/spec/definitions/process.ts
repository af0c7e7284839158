import { z } from "zod";
import { int32, object, texts, uint32, uint64 } from "./common.ts";

export const capabilities = object({
  bounding: texts.optional().describe("The most that an execve can ever grant."),
  effective: texts.optional().describe("What permission checks look at."),
  inheritable: texts.optional().describe("Kept over execve of files that inherit them."),
  permitted: texts.optional().describe("What may be made effective."),
  ambient: texts.optional().describe("Kept over execve of plain files."),
}).meta({ title: "capabilities", description: "The five capability sets of the process, by name." });

export const user = object({
  uid: uint32.describe("User id inside the container."),
  gid: uint32.describe("Group id inside the container."),
  umask: uint32.optional().describe("File mode creation mask; the caller's when left out."),
  additionalGids: z.array(uint32).optional().describe("Supplementary groups inside the container."),
  username: z.string().optional().describe("For Windows only."),
}).meta({ title: "user", description: "Whom the process runs as." });

export const rlimit = object({
  type: z.string().describe("Name of the limit, such as RLIMIT_NOFILE."),
  soft: uint64.describe("The limit that is enforced."),
  hard: uint64.describe("How far the process may raise the soft limit."),
}).meta({ title: "resource limit", description: "See setrlimit(2)." });

const policy = z.enum([
  "SCHED_OTHER",
  "SCHED_FIFO",
  "SCHED_RR",
  "SCHED_BATCH",
  "SCHED_ISO",
  "SCHED_IDLE",
  "SCHED_DEADLINE",
]);

const schedulerFlag = z.enum([
  "SCHED_FLAG_RESET_ON_FORK",
  "SCHED_FLAG_RECLAIM",
  "SCHED_FLAG_DL_OVERRUN",
  "SCHED_FLAG_KEEP_POLICY",
  "SCHED_FLAG_KEEP_PARAMS",
  "SCHED_FLAG_UTIL_CLAMP_MIN",
  "SCHED_FLAG_UTIL_CLAMP_MAX",
]);

export const scheduler = object({
  policy,
  nice: int32.optional().describe("-20 to 19, for SCHED_OTHER and SCHED_BATCH."),
  priority: int32.optional().describe("1 to 99, for SCHED_FIFO and SCHED_RR."),
  flags: z.array(schedulerFlag).optional(),
  runtime: uint64.optional().describe("Nanoseconds, for SCHED_DEADLINE."),
  deadline: uint64.optional().describe("Nanoseconds, for SCHED_DEADLINE."),
  period: uint64.optional().describe("Nanoseconds, for SCHED_DEADLINE."),
}).meta({ title: "scheduler", description: "CPU scheduling of the process, see sched_setattr(2)." });

export const ioPriority = object({
  class: z.enum(["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"]),
  priority: int32.describe("0 (first) to 7 (last) within the class."),
}).meta({ title: "I/O priority", description: "See ioprio_set(2)." });

const consoleSize = object({
  height: uint64.describe("Rows."),
  width: uint64.describe("Columns."),
}).meta({ title: "console size", description: "Size of the terminal in characters." });

const execCPUAffinity = object({
  initial: z.string().optional().describe("CPU list before the process is in its cgroup."),
  final: z.string().optional().describe("CPU list once it is there."),
}).meta({ title: "CPU affinity of exec", description: "For processes that exec adds." });

export const process = object({
  terminal: z.boolean().optional().describe("Give the process a terminal as its stdio."),
  consoleSize: consoleSize.optional(),
  cwd: z.string().describe("Absolute path of the working directory in the container."),
  env: texts.optional().describe("Environment as NAME=value."),
  args: texts.optional().describe("Program and its arguments."),
  commandLine: z.string().optional().describe("For Windows only."),
  rlimits: z.array(rlimit).optional(),
  apparmorProfile: z.string().optional().describe("AppArmor profile of the process."),
  capabilities: capabilities.optional(),
  noNewPrivileges: z.boolean().optional().describe("Keep execve from granting privileges."),
  oomScoreAdj: int32.optional().describe("How eagerly the kernel picks it when memory runs out."),
  scheduler: scheduler.optional(),
  selinuxLabel: z.string().optional().describe("SELinux label of the process."),
  ioPriority: ioPriority.optional(),
  execCPUAffinity: execCPUAffinity.optional(),
  user: user.optional(),
}).meta({ title: "process", description: "The program of a container, or one that exec adds." });
