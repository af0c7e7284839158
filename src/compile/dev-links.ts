import { AT_SYMLINK_NOFOLLOW, buf, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { DEV, hasOwnDev } from "./devices.ts";
import type { CompileInput } from "./input.ts";
import { closeAll } from "./mount-calls.ts";

/** SPEC(runtime-linux#dev-symbolic-links) */
const LINKS: readonly (readonly [string, string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
];

const STATX_TYPE = 1;

function makeLink(name: string, target: string): Call {
  return sys("symlinkat", [str(target), slot(DEV), str(name)], {
    tolerate: [{ errno: "EEXIST", why: "the image has it" }],
  });
}

function linksStep(): StepBody {
  return {
    kind: "link",
    title: "make the links of /dev",
    calls: [
      ...LINKS.map(([name, target]) => makeLink(name, target)),
      sys(
        "statx",
        [slot("proc.fd"), str("kcore"), AT_SYMLINK_NOFOLLOW, STATX_TYPE, buf("scratch.stat", 256)],
        {
          tolerate: [{ errno: "ENOENT", why: "this kernel has no /proc/kcore", to: "no core" }],
        },
      ),
      makeLink("core", "/proc/kcore"),
      { op: "label", name: "no core" },
      // A ptmx of the image would open terminals of another devpts.
      sys("unlinkat", [slot(DEV), str("ptmx"), 0], {
        tolerate: [{ errno: "ENOENT", why: "the image has none" }],
      }),
      sys("symlinkat", [str("pts/ptmx"), slot(DEV), str("ptmx")]),
      ...closeAll(DEV),
      sys("umask", [slot("device.umask")]),
    ],
  };
}

/** Init step: the links of /dev, below the directory that the devices were made in, which is done with then. */
export function compileDevLinks(input: CompileInput): Step[] {
  return hasOwnDev(input) ? [] : [remembered("runt:dev-links", "links", linksStep)];
}
