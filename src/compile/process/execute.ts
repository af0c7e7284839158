import { O, slot, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const F_SETFD = 2;
const FD_CLOEXEC = 1;
const ALL_FDS = 0xffffffff;
const FIRST_FD = 3;

/**
 * The last step of init: it becomes the user's program. Only stdio and the preserved fds are left to it; the fd for
 * error records stays until execve, right behind them.
 * CVE-2024-21626: the other fds are closed before execve, not by it: the program's path may lead through
 * /proc/self/fd, and a file of the host must not be what is executed.
 */
export function compileExecute(input: CompileInput, env: readonly string[]): Step[] {
  const args = input.spec.process?.args ?? [];
  if (args.length === 0) return [];
  const report = FIRST_FD + input.options.preserveFds;
  return [
    {
      kind: "exec",
      from: "/process/args",
      title: `execute ${args[0]}`,
      calls: [
        { op: "branch", slot: "sync.fd", equals: report, to: "moved" },
        sys("dup3", [slot("sync.fd"), report, O.CLOEXEC], { into: "sync.fd" }),
        { op: "label", name: "moved" },
        sys("fcntl", [slot("sync.fd"), F_SETFD, FD_CLOEXEC]),
        sys("close_range", [report + 1, ALL_FDS, 0]),
        sys("execve", [slot("exec.path"), { vec: args }, { vec: env }]),
      ],
    },
  ];
}
