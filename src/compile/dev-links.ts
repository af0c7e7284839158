import { AT_SYMLINK_NOFOLLOW, buf, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { hasOwnDev } from "./devices.ts";
import type { CompileInput } from "./input.ts";
import { closeAll } from "./mount-calls.ts";
import { openOrMakeDirectory } from "./paths.ts";

/** SPEC(runtime-linux#dev-symbolic-links) */
const LINKS: readonly (readonly [string, string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
];

const STATX_TYPE = 1;

function makeLink(name: string, target: string): Call {
  return sys("symlinkat", [str(target), slot("link.dir"), str(name)], {
    tolerate: [{ errno: "EEXIST", why: "the image has it" }],
  });
}

/** Init step: the links of /dev, below the directory opened inside the root. */
export function compileDevLinks(input: CompileInput): Step[] {
  if (hasOwnDev(input)) return [];
  return [
    {
      kind: "link",
      from: "runt:dev-links",
      title: "make the links of /dev",
      calls: [
        ...openOrMakeDirectory(input.facts.arch, "/dev", "link.dir", "dev"),
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
        sys("unlinkat", [slot("link.dir"), str("ptmx"), 0], {
          tolerate: [{ errno: "ENOENT", why: "the image has none" }],
        }),
        sys("symlinkat", [str("pts/ptmx"), slot("link.dir"), str("ptmx")]),
        ...closeAll("link.dir"),
      ],
    },
  ];
}
