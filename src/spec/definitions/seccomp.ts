import { z } from "zod";
import { object, uint32, uint64 } from "./common.ts";

const action = z.enum([
  "SCMP_ACT_KILL",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_KILL_THREAD",
  "SCMP_ACT_TRAP",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_TRACE",
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_LOG",
  "SCMP_ACT_NOTIFY",
]);

const architecture = z.enum(
  (
    "X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X " +
    "PARISC PARISC64 RISCV64 LOONGARCH64 M68K SH SHEB"
  )
    .split(" ")
    .map((name) => `SCMP_ARCH_${name}`),
);

const operator = z.enum([
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
]);

const rule = object({
  names: z.array(z.string()).min(1),
  action,
  errnoRet: uint32.optional(),
  args: z
    .array(object({ index: uint32, value: uint64, valueTwo: uint64.optional(), op: operator }))
    .optional(),
}).meta({ title: "rule for system calls" });

export const seccomp = object({
  defaultAction: action,
  defaultErrnoRet: uint32.optional(),
  architectures: z.array(architecture).optional(),
  flags: z
    .array(
      z.enum([
        "SECCOMP_FILTER_FLAG_TSYNC",
        "SECCOMP_FILTER_FLAG_LOG",
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
      ]),
    )
    .optional(),
  listenerPath: z.string().optional(),
  listenerMetadata: z.string().optional(),
  syscalls: z.array(rule).optional(),
}).meta({ title: "seccomp", description: "Filter of the system calls that the container may make." });
