import { slot, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const CLOSE_RANGE_CLOEXEC = 4;
const ALL_FDS = 0xffffffff;
const FIRST_FD = 3;

/**
 * The last step of init: it becomes the user's program.
 * CVE-2024-21626: every fd but stdio and the preserved ones closes at execve, whoever opened it.
 */
export function compileExecute(input: CompileInput, env: readonly string[]): Step[] {
  const args = input.spec.process?.args ?? [];
  if (args.length === 0) return [];
  return [
    {
      kind: "exec",
      from: "/process/args",
      title: `execute ${args.join(" ")}`,
      calls: [
        sys("close_range", [FIRST_FD + input.options.preserveFds, ALL_FDS, CLOSE_RANGE_CLOEXEC]),
        sys("execve", [slot("exec.path"), { vec: args }, { vec: env }]),
      ],
    },
  ];
}
