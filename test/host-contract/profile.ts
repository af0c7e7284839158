/** A seccomp profile with something of everything; hosts with libseccomp make the same filter of it. */
import type { Seccomp } from "../../src/seccomp/encode-profile.ts";

export const PROFILE: Seccomp = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 38,
  architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
  syscalls: [
    { names: ["read", "write", "close"], action: "SCMP_ACT_ALLOW" },
    { names: ["mount"], action: "SCMP_ACT_ERRNO", errnoRet: 1 },
    {
      names: ["personality"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 8, op: "SCMP_CMP_EQ" }],
    },
  ],
};
