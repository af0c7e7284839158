import { slot, sys } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const SIGKILL = 9;

/** Init's first steps: it dies with its parent, hides from ptrace and /proc, and leaves the caller's session. */
export function compileInitSetup(input: CompileInput): Step[] {
  const foreground = input.options.foreground && input.spec.process?.terminal !== true;
  return [
    remembered("runt:init", "tie", tieStep),
    ...(foreground ? [remembered("runt:foreground", "stdio", ownStdioStep)] : []),
  ];
}

function tieStep(): StepBody {
  return {
    kind: "process",
    title: "tie init to its parent and hide it",
    calls: [
      // A parent that died before this line is seen at the next meeting: its socket is closed.
      sys("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]),
      // CVE-2016-9962: nothing in the container may open or trace init while it holds fds of the host.
      sys("prctl", [PR_SET_DUMPABLE, 0, 0, 0, 0]),
      sys("setsid", [], { tolerate: [{ errno: "EPERM", why: "already the leader of its session" }] }),
    ],
  };
}

/** Init step: from here on the process is its own; the parent's end no longer ends it. */
export function compileLetParentGo(): Step {
  return {
    kind: "process",
    from: "runt:init",
    title: "let the parent go",
    calls: [sys("prctl", [PR_SET_PDEATHSIG, 0, 0, 0, 0])],
  };
}

/** Slots of the pipes that a foreground run gives the process in place of its own stdin, stdout and stderr. */
export const STDIO_SLOTS: readonly Slot[] = ["stdio.0", "stdio.1", "stdio.2"];

/** A foreground run without a terminal: its stdio are pipes that runt carries. */
function ownStdioStep(): StepBody {
  return {
    kind: "process",
    title: "take stdin, stdout and stderr from runt's pipes",
    calls: STDIO_SLOTS.flatMap((fd, i) => [sys("dup3", [slot(fd), i, 0]), sys("close", [slot(fd)])]),
  };
}
