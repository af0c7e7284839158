import { slot, str, sys } from "../../plan/build.ts";
import { patterned, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import { type CompileInput, userNamespaceOf } from "../input.ts";

const KEYCTL_JOIN_SESSION_KEYRING = 1;
const KEYCTL_SETPERM = 5;
/** keyctl_setperm(3): the possessor may do everything, the user view, read, link; what the kernel gives by itself. */
const DEFAULT = 0x3f130000;
const USER_SEARCH = 0x080000;
const OTHER_SEARCH = 0x8;
const CURE = "use --no-new-keyring, which leaves the caller's keyring visible to the container";

/**
 * Init step: a session keyring of the container's own, so that it cannot see the caller's keys. A further process of
 * the container finds it by its name, for which it needs the right to search; in a user namespace the owner of the
 * keyring is "other".
 */
export function compileKeyring(input: CompileInput): Step[] {
  if (input.options.noNewKeyring) return [];
  const search = userNamespaceOf(input.spec) === "none" ? USER_SEARCH : OTHER_SEARCH;
  return [patterned("runt:session-keyring", "keyring", [`_ses.${input.id}`], keyringStep, search)];
}

function keyringStep(search: number, [name = ""]: readonly string[]): StepBody {
  return {
    kind: "process",
    title: `join a new session keyring ${name}`,
    calls: [
      sys("keyctl", [KEYCTL_JOIN_SESSION_KEYRING, str(name)], {
        into: "keyring",
        tolerate: [
          { errno: "ENOSYS", why: "this kernel has no keyrings", to: "done" },
          { errno: "EPERM", why: "told below", to: "forbidden" },
          { errno: "EDQUOT", why: "told below", to: "full" },
        ],
      }),
      sys("keyctl", [KEYCTL_SETPERM, slot("keyring"), DEFAULT | search]),
      { op: "goto", to: "done" },
      { op: "label", name: "forbidden" },
      {
        op: "fail",
        errno: "EPERM",
        why: `unable to join session keyring: a seccomp filter or LSM of the caller forbids it; ${CURE}`,
      },
      { op: "label", name: "full" },
      {
        op: "fail",
        errno: "EDQUOT",
        why: `unable to join session keyring: the quota of keys is used up; raise kernel.keys.maxkeys, or ${CURE}`,
      },
      { op: "label", name: "done" },
    ],
  };
}
