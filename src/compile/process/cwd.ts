import { archFlags, assert, buf, load, O, openAt2, slot, str, sys } from "../../plan/build.ts";
import { remembered, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";
import { IN_ROOT, inRoot, openOrMakeDirectory, pathNames } from "../paths.ts";

const FROM = "/process/cwd";
const PATH_MAX = 4096;
const SLASH = 0x2f;
const OUTSIDE =
  "current working directory is outside of container mount namespace root -- possible container breakout detected";

function cwdOf(input: CompileInput): string {
  return input.spec.process?.cwd ?? "/";
}

/**
 * Init step of create, while the root can still be written to: makes process.cwd where the image lacks it.
 * CVE-2024-21626: a path through /proc/<pid>/fd is refused here already.
 */
export function compileMakeCwd(input: CompileInput): Step[] {
  const cwd = cwdOf(input);
  if (pathNames(cwd).length === 0) return [];
  const { arch } = input.facts;
  return [
    {
      kind: "process",
      from: FROM,
      title: `make the working directory ${cwd}`,
      calls: [
        openAt2("rootfs.fd", inRoot(cwd), O.PATH | archFlags(arch).DIRECTORY, IN_ROOT, {
          into: "cwd.fd",
          tolerate: [
            { errno: "ENOENT", why: "the image lacks it", to: "make" },
            { errno: "EACCES", why: "only the process's own user may look; entering it tells", to: "done" },
          ],
        }),
        { op: "goto", to: "made" },
        { op: "label", name: "make" },
        ...openOrMakeDirectory(arch, cwd, "cwd.fd", "cwd"),
        { op: "label", name: "made" },
        sys("close", [slot("cwd.fd")]),
        { op: "label", name: "done" },
      ],
    },
  ];
}

/** Init step before the uid switch: enters the directory if root may; the process's user tries again otherwise. */
export function compileEnterCwdAsRoot(input: CompileInput): Step[] {
  const cwd = cwdOf(input);
  return [
    {
      kind: "process",
      from: FROM,
      title: `enter the working directory ${cwd}`,
      calls: [
        sys("chdir", [str(cwd)], {
          into: "cwd.entered",
          tolerate: [{ errno: "EACCES", why: "only the process's own user may enter it" }],
        }),
      ],
    },
  ];
}

/**
 * Init step after the uid switch: enters the directory where root could not, then verifies that it is inside.
 * CVE-2024-21626: the path may lead through a leaked fd to a directory of the host; getcwd(2) then begins with
 * "(unreachable)", or finds nothing.
 */
export function compileEnterCwd(input: CompileInput): Step[] {
  return [remembered(FROM, "cwd", enterStep, cwdOf(input))];
}

function enterStep(cwd: string): StepBody {
  return {
    kind: "process",
    title: `stay in the working directory ${cwd}`,
    calls: [
      { op: "branch", slot: "cwd.entered", equals: 0, to: "entered" },
      sys("chdir", [str(cwd)]),
      { op: "label", name: "entered" },
      { op: "set", slot: "cwd.first", value: 0 },
      sys("getcwd", [buf("scratch.path", PATH_MAX), PATH_MAX], {
        tolerate: [{ errno: "ENOENT", why: "it has no path; the check below says so", to: "verify" }],
        load: [load("cwd.first", "scratch.path", 0, 1)],
      }),
      { op: "label", name: "verify" },
      assert({ slot: "cwd.first", equals: SLASH, errno: "ENOENT", why: OUTSIDE }),
    ],
  };
}
