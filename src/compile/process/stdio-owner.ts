import { AT_EMPTY_PATH, buf, load, str, sys } from "../../plan/build.ts";
import type { Call } from "../../plan/call.ts";
import { remembered, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const STATX_ALL = 0x7ff;
const STATX_UID = 20;
const STATX_RDEV_MAJOR = 128;
const STATX_RDEV_MINOR = 132;
/** /dev/null is char 1:3 and belongs to everyone. */
const NULL_MAJOR = 1;
const NULL_MINOR = 3;

/** Gives one of stdin, stdout and stderr to `uid`, unless it is /dev/null or is the user's already. */
function ownerCalls(fd: number, uid: number): Call[] {
  const done = `done ${fd}`;
  const other = `other ${fd}`;
  return [
    sys("statx", [fd, str(""), AT_EMPTY_PATH, STATX_ALL, buf("scratch.stat", 256)], {
      load: [
        load("stdio.uid", "scratch.stat", STATX_UID, 4),
        load("stdio.major", "scratch.stat", STATX_RDEV_MAJOR, 4),
        load("stdio.minor", "scratch.stat", STATX_RDEV_MINOR, 4),
      ],
      tolerate: [{ errno: "EBADF", why: "the caller closed it", to: done }],
    }),
    { op: "branch", slot: "stdio.uid", equals: uid, to: done },
    { op: "branch", slot: "stdio.major", equals: NULL_MAJOR, to: other },
    { op: "goto", to: `change ${fd}` },
    { op: "label", name: other },
    { op: "branch", slot: "stdio.minor", equals: NULL_MINOR, to: done },
    { op: "label", name: `change ${fd}` },
    sys("fchown", [fd, uid, -1], {
      tolerate: [
        { errno: "EPERM", why: "it belongs to someone whom this user namespace does not know" },
        { errno: "EROFS", why: "it is on a read-only filesystem" },
        { errno: "EINVAL", why: "the user is not mapped" },
      ],
    }),
    { op: "label", name: done },
  ];
}

/** Init step: the process's user may re-open its own stdio (/dev/stdout). */
export function compileStdioOwner(input: CompileInput): Step[] {
  return [remembered("/process/user/uid", "stdio owner", ownerStep, input.spec.process?.user?.uid ?? 0)];
}

function ownerStep(uid: number): StepBody {
  return {
    kind: "process",
    title: `give stdin, stdout and stderr to uid ${uid}`,
    calls: [0, 1, 2].flatMap((fd) => ownerCalls(fd, uid)),
  };
}
