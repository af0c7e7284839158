import { sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const SIGKILL = 9;

/** Init's first steps: it dies with its parent, hides from ptrace and /proc, and leaves the caller's session. */
export function compileInitSetup(): Step[] {
  return [
    {
      kind: "process",
      from: "runt:init",
      title: "tie init to its parent and hide it",
      calls: [
        // A parent that died before this line is seen at the next meeting: its socket is closed.
        sys("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]),
        // CVE-2016-9962: nothing in the container may open or trace init while it holds fds of the host.
        sys("prctl", [PR_SET_DUMPABLE, 0, 0, 0, 0]),
        sys("setsid", [], { tolerate: [{ errno: "EPERM", why: "already the leader of its session" }] }),
      ],
    },
  ];
}
