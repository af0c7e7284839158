import {
  AT_FDCWD,
  archFlags,
  assert,
  buf,
  load,
  O,
  OPEN_HOW_SIZE,
  openHow,
  slot,
  str,
  sys,
} from "../../plan/build.ts";
import type { Call } from "../../plan/call.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const FROM = "/process/cwd";
const SLASH = 0x2f;

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/**
 * Init steps, after the pivot and before the uid switch: makes process.cwd where the image lacks it. The root of the
 * process is the container's already, so no link can lead out.
 */
export function compileMakeCwd(input: CompileInput): Step[] {
  const cwd = input.spec.process?.cwd ?? "/";
  const parts = partsOf(cwd);
  if (parts.length === 0) return [];
  const { DIRECTORY } = archFlags(input.facts.arch);
  const made: Call[] = parts.map((_, i) =>
    sys("mkdirat", [AT_FDCWD, str(`/${parts.slice(0, i + 1).join("/")}`), 0o755], {
      tolerate: [
        { errno: "EEXIST", why: "the image has it" },
        { errno: "EROFS", why: "the root is read-only; changing to it tells whether it is there" },
        { errno: "EACCES", why: "a parent is closed to this user; changing to it tells whether it is there" },
      ],
    }),
  );
  return [
    {
      kind: "process",
      from: FROM,
      title: `make the working directory ${cwd}`,
      calls: [
        sys("openat2", [AT_FDCWD, str(cwd), openHow(O.PATH | DIRECTORY | O.CLOEXEC, 0), OPEN_HOW_SIZE], {
          into: "cwd.fd",
          tolerate: [
            { errno: "ENOENT", why: "the image lacks it", to: "make" },
            { errno: "EACCES", why: "only the process's own user may look", to: "done" },
          ],
        }),
        sys("close", [slot("cwd.fd")]),
        { op: "goto", to: "done" },
        { op: "label", name: "make" },
        ...made,
        { op: "label", name: "done" },
      ],
    },
  ];
}

/** Init step before the uid switch: enters the directory if root may; the process's user tries again otherwise. */
export function compileEnterCwdAsRoot(input: CompileInput): Step[] {
  const cwd = input.spec.process?.cwd ?? "/";
  return [
    {
      kind: "process",
      from: FROM,
      title: `enter ${cwd}`,
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
 * CVE-2024-21626: a leaked fd of a host directory must not serve as working directory.
 */
export function compileEnterCwd(input: CompileInput): Step[] {
  const cwd = input.spec.process?.cwd ?? "/";
  return [
    {
      kind: "process",
      from: FROM,
      title: `enter ${cwd} and verify that it is inside the container`,
      calls: [
        { op: "branch", slot: "cwd.entered", equals: 0, to: "inside" },
        sys("chdir", [str(cwd)]),
        { op: "label", name: "inside" },
        sys("getcwd", [buf("scratch.path", 4096), 4096], { load: [load("cwd.first", "scratch.path", 0, 1)] }),
        assert({
          slot: "cwd.first",
          equals: SLASH,
          errno: "ENOENT",
          why: "current working directory is outside of container mount namespace root -- possible container breakout detected",
        }),
      ],
    },
  ];
}
