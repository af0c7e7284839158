import { z } from "zod";
import { int32, object, uint32, uint64 } from "./common.ts";

const capabilitySet = z.array(z.string());

export const capabilities = object({
  bounding: capabilitySet.optional(),
  effective: capabilitySet.optional(),
  inheritable: capabilitySet.optional(),
  permitted: capabilitySet.optional(),
  ambient: capabilitySet.optional(),
}).meta({ title: "capabilities", description: "The five capability sets of the process, by name." });

export const user = object({
  uid: uint32.meta({ description: "User id inside the container." }),
  gid: uint32.meta({ description: "Group id inside the container." }),
  umask: uint32.optional().meta({ description: "File mode creation mask; the caller's when left out." }),
  additionalGids: z.array(uint32).optional().meta({ description: "Supplementary groups." }),
  username: z.string().optional(),
}).meta({ title: "user" });

export const rlimit = object({
  type: z.string().meta({ description: "Name of the limit, such as RLIMIT_NOFILE." }),
  soft: uint64.meta({ description: "The limit that is enforced." }),
  hard: uint64.meta({ description: "How far the process may raise the soft limit." }),
}).meta({ title: "resource limit" });

export const scheduler = object({
  policy: z.enum([
    "SCHED_OTHER",
    "SCHED_FIFO",
    "SCHED_RR",
    "SCHED_BATCH",
    "SCHED_ISO",
    "SCHED_IDLE",
    "SCHED_DEADLINE",
  ]),
  nice: int32.optional(),
  priority: int32.optional(),
  flags: z
    .array(
      z.enum([
        "SCHED_FLAG_RESET_ON_FORK",
        "SCHED_FLAG_RECLAIM",
        "SCHED_FLAG_DL_OVERRUN",
        "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN",
        "SCHED_FLAG_UTIL_CLAMP_MAX",
      ]),
    )
    .optional(),
  runtime: uint64.optional(),
  deadline: uint64.optional(),
  period: uint64.optional(),
}).meta({ title: "scheduler", description: "CPU scheduling policy of the process." });

export const ioPriority = object({
  class: z.enum(["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"]),
  priority: int32.optional(),
}).meta({ title: "I/O priority" });

export const process = object({
  terminal: z.boolean().optional().meta({ description: "Give the process a terminal as its stdio." }),
  consoleSize: object({ height: uint64, width: uint64 })
    .optional()
    .meta({ description: "Size of the terminal in characters." }),
  cwd: z.string().meta({ description: "Absolute path of the working directory in the container." }),
  env: z.array(z.string()).optional().meta({ description: "Environment as NAME=value." }),
  args: z.array(z.string()).optional().meta({ description: "Program and its arguments." }),
  commandLine: z.string().optional(),
  rlimits: z.array(rlimit).optional(),
  apparmorProfile: z.string().optional().meta({ description: "AppArmor profile of the process." }),
  capabilities: capabilities.optional(),
  noNewPrivileges: z.boolean().optional().meta({ description: "Keep execve from granting privileges." }),
  oomScoreAdj: int32
    .optional()
    .meta({ description: "How eagerly the kernel picks it when memory runs out." }),
  scheduler: scheduler.optional(),
  selinuxLabel: z.string().optional().meta({ description: "SELinux label of the process." }),
  ioPriority: ioPriority.optional(),
  execCPUAffinity: object({ initial: z.string().optional(), final: z.string().optional() })
    .optional()
    .meta({ description: "CPUs for processes that exec adds: before and after they enter the cgroup." }),
  user: user.optional(),
}).meta({ title: "process", description: "The program of a container, or one that exec adds." });
