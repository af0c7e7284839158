import { RuntError } from "../error/runt-error.ts";
import { block, sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

const SECCOMP_SET_MODE_FILTER = 1;
const INSTRUCTION_SIZE = 8;

/** seccomp(2) flags. TSYNC says nothing for a process with one thread. */
export const SECCOMP_FLAGS: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};

function flagsOf(input: CompileInput): number {
  return (input.spec.linux?.seccomp?.flags ?? []).reduce((flags, name, i) => {
    const flag = SECCOMP_FLAGS[name];
    if (flag === undefined) {
      throw new RuntError({
        code: "SPEC_UNSUPPORTED",
        message: `linux.seccomp.flags[${i}]: ${name} only matters for SCMP_ACT_NOTIFY, which is not carried out by runt yet`,
        pointer: `/linux/seccomp/flags/${i}`,
        hint: "remove the flag",
      });
    }
    return flags | flag;
  }, 0);
}

/**
 * Init step that installs the filter, compiled beforehand. It needs CAP_SYS_ADMIN or no_new_privs, so it stands before
 * the capabilities are dropped without the latter, and last of all with it; what comes after has to be allowed by it.
 */
export function compileSeccomp(input: CompileInput): Step[] {
  const filter = input.seccompFilter;
  if (filter === undefined) return [];
  const program = block(
    { u16: filter.length / INSTRUCTION_SIZE },
    { u16: 0 },
    { u32: 0 },
    { ptr: { bytes: filter } },
  );
  return [
    {
      kind: "seccomp",
      from: "/linux/seccomp",
      title: `install the seccomp filter (${filter.length / INSTRUCTION_SIZE} instructions)`,
      calls: [sys("seccomp", [SECCOMP_SET_MODE_FILTER, flagsOf(input), program])],
    },
  ];
}
