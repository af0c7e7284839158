import { slot, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

/**
 * The last step of init: it becomes the user's program. The descriptor for error records closes by this very call, all
 * others were closed before (descriptors.ts), so that a seccomp filter has to allow nothing else here.
 */
export function compileExecute(input: CompileInput, env: readonly string[]): Step[] {
  const args = input.spec.process?.args ?? [];
  if (args.length === 0) return [];
  return [
    {
      kind: "exec",
      from: "/process/args",
      title: `execute ${args[0]}`,
      calls: [sys("execve", [slot("exec.path"), { vec: args }, { vec: env }])],
    },
  ];
}
