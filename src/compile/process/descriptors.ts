import { O, slot, sys } from "../../plan/build.ts";
import type { Slot } from "../../plan/call.ts";
import { remembered, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const F_DUPFD_CLOEXEC = 1030;
const ALL_FDS = 0xffffffff;
const FIRST_FD = 3;

/**
 * Init step: the descriptors in `kept` move right behind stdio and the preserved ones, all others are closed. It stands
 * before the seccomp filter, which may forbid close_range(2).
 * CVE-2024-21626: closed before execve, not by it: the program's path may lead through /proc/self/fd, and a file of the
 * host must not be what is executed.
 */
export function compileSettleDescriptors(input: CompileInput, kept: readonly Slot[]): Step {
  return remembered("runt:descriptors", "descriptors", settleStep, input.options.preserveFds, kept);
}

function settleStep(preserved: number, kept: readonly Slot[]): StepBody {
  const base = FIRST_FD + preserved;
  return {
    kind: "process",
    title: `close every descriptor but stdio, ${preserved} preserved ones and ${kept.join(", ")}`,
    calls: [
      // First out of the way: one of them may be where another has to go.
      ...kept.map((name) => sys("fcntl", [slot(name), F_DUPFD_CLOEXEC, base + kept.length], { into: name })),
      ...kept.map((name, i) => sys("dup3", [slot(name), base + i, O.CLOEXEC], { into: name })),
      sys("close_range", [base + kept.length, ALL_FDS, 0]),
    ],
  };
}
