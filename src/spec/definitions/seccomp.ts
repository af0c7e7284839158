import { z } from "zod";
import { object, texts, uint32, uint64 } from "./common.ts";

const action = z
  .enum([
    "SCMP_ACT_KILL",
    "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_TRAP",
    "SCMP_ACT_ERRNO",
    "SCMP_ACT_TRACE",
    "SCMP_ACT_ALLOW",
    "SCMP_ACT_LOG",
    "SCMP_ACT_NOTIFY",
  ])
  .meta({ id: "seccompAction", title: "action" });

const ARCHITECTURES = (
  "X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X " +
  "PARISC PARISC64 RISCV64 LOONGARCH64 M68K SH SHEB"
).split(" ");
const architecture = z.enum(ARCHITECTURES.map((name) => `SCMP_ARCH_${name}`));

const operator = z.enum([
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
]);

const flag = z.enum([
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
]);

const argument = object({
  index: uint32.describe("Which argument, 0 to 5."),
  value: uint64.describe("What it is compared with; the mask for SCMP_CMP_MASKED_EQ."),
  valueTwo: uint64.optional().describe("What the masked argument is compared with."),
  op: operator,
}).meta({ title: "condition on an argument" });

const rule = object({
  names: texts.min(1).describe("System calls that the rule is for."),
  action,
  errnoRet: uint32.optional().describe("Number for SCMP_ACT_ERRNO and SCMP_ACT_TRACE; EPERM when left out."),
  args: z.array(argument).optional().describe("All of them have to hold."),
}).meta({ title: "rule for system calls" });

export const seccomp = object({
  defaultAction: action,
  defaultErrnoRet: uint32.optional().describe("Number for the default action; EPERM when left out."),
  architectures: z.array(architecture).optional().describe("Besides the native one."),
  flags: z.array(flag).optional().describe("Flags of seccomp(2)."),
  listenerPath: z.string().optional().describe("Socket of the agent that decides on SCMP_ACT_NOTIFY."),
  listenerMetadata: z.string().optional().describe("Handed on to the agent."),
  syscalls: z.array(rule).optional(),
}).meta({ title: "seccomp", description: "Filter of the system calls that the container may make." });
