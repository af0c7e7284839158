import { sys } from "../../plan/build.ts";
import type { Slot } from "../../plan/call.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";
import { compileSeccomp } from "../seccomp.ts";
import { refuseUnsupported } from "../unsupported.ts";
import {
  capabilityWarnings,
  compileBoundingSet,
  compileCapabilities,
  compileEffectiveSet,
} from "./capabilities.ts";
import { compileEnterCwd, compileEnterCwdAsRoot } from "./cwd.ts";
import { compileSettleDescriptors } from "./descriptors.ts";
import { compileEnvironment } from "./environment.ts";
import { compileExecute } from "./execute.ts";
import { compileFindExecutable } from "./find-executable.ts";
import { compileKeyring } from "./keyring.ts";
import { compileOomScore } from "./oom-score.ts";
import { compileOpenFilesLimit, compileRlimits } from "./rlimits.ts";
import { compileStdioOwner } from "./stdio-owner.ts";
import { compileUser } from "./user.ts";

const PR_SET_NO_NEW_PRIVS = 38;

/** The steps that make init the configured process. */
export interface CompiledProcess {
  /** Carried out by the parent on init's pid, before anything else. */
  host: Step[];
  /** At create time, in the final root. */
  init: Step[];
  /** With no_new_privs: the filter, before startContainer hooks. */
  seccomp: Step[];
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
 * Compiles the process object, for create and for exec; `kept` are the descriptors that init needs to the end.
 * SPEC(config#process) Throws SPEC_UNSUPPORTED for fields that are not carried out yet, SPEC_INVALID for values that
 * mean nothing.
 */
export function compileProcess(input: CompileInput, kept: readonly Slot[]): CompiledProcess {
  refuseUnsupported(input.spec);
  const env = compileEnvironment(input.spec.process?.env ?? [], input.home);
  const lastOfAll = input.spec.process?.noNewPrivileges === true;
  return {
    host: [...compileOomScore(input), ...compileRlimits(input)],
    init: [
      ...compileKeyring(input),
      ...compileEnterCwdAsRoot(input),
      ...compileStdioOwner(input),
      ...compileNoNewPrivileges(input),
      ...compileBoundingSet(input),
      ...compileUser(input),
      ...compileEffectiveSet(input),
      ...compileEnterCwd(input),
      ...compileFindExecutable(input, env),
      compileSettleDescriptors(input, kept),
      ...compileOpenFilesLimit(input),
      ...(lastOfAll ? [] : compileSeccomp(input)),
      ...compileCapabilities(input),
    ],
    seccomp: lastOfAll ? compileSeccomp(input) : [],
    execute: compileExecute(input, env),
    warnings: capabilityWarnings(input),
  };
}
