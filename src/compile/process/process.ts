import { sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";
import { refuseUnsupported } from "../unsupported.ts";
import { capabilityWarnings, compileBoundingSet, compileCapabilities } from "./capabilities.ts";
import { compileEnterCwd, compileEnterCwdAsRoot } from "./cwd.ts";
import { compileEnvironment } from "./environment.ts";
import { compileExecute } from "./execute.ts";
import { compileFindExecutable } from "./find-executable.ts";
import { compileKeyring } from "./keyring.ts";
import { compileOomScore } from "./oom-score.ts";
import { compileRlimits } from "./rlimits.ts";
import { compileStdioOwner } from "./stdio-owner.ts";
import { compileUser } from "./user.ts";

const PR_SET_NO_NEW_PRIVS = 38;

/** The steps that make init the configured process. */
export interface CompiledProcess {
  /** Carried out by the parent on init's pid. */
  host: Step[];
  /** At create time, in the final root. */
  init: Step[];
  /** At start time. */
  execute: Step[];
  /** What the config asks for and the kernel will not grant, for the log. */
  warnings: string[];
}

function compileNoNewPrivileges(input: CompileInput): Step[] {
  if (input.spec.process?.noNewPrivileges !== true) return [];
  return [
    {
      kind: "process",
      from: "/process/noNewPrivileges",
      title: "give up new privileges",
      calls: [sys("prctl", [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0])],
    },
  ];
}

/**
 * Compiles the process object, for create and for exec. SPEC(config#process)
 * Throws SPEC_UNSUPPORTED for fields that are not carried out yet, SPEC_INVALID for values that mean nothing.
 */
export function compileProcess(input: CompileInput): CompiledProcess {
  refuseUnsupported(input.spec);
  const env = compileEnvironment(input.spec.process?.env ?? [], input.home);
  return {
    host: [...compileOomScore(input), ...compileRlimits(input)],
    init: [
      ...compileKeyring(input),
      ...compileEnterCwdAsRoot(input),
      ...compileStdioOwner(input),
      ...compileNoNewPrivileges(input),
      ...compileBoundingSet(input),
      ...compileUser(input),
      ...compileCapabilities(input),
      ...compileEnterCwd(input),
      ...compileFindExecutable(input, env),
    ],
    execute: compileExecute(input, env),
    warnings: capabilityWarnings(input),
  };
}
