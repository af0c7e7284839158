import { slot, str, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import { type CompileInput, userNamespaceOf } from "../input.ts";

const KEYCTL_JOIN_SESSION_KEYRING = 1;
const KEYCTL_SETPERM = 5;
/** keyctl_setperm(3): possessor everything, user view, read and search. */
const PERMISSIONS = 0x3f0b0000;
const OTHER_SEARCH = 0x8;

/** Init step: a session keyring of the container's own, so that it cannot see the caller's keys. */
export function compileKeyring(input: CompileInput): Step[] {
  if (input.options.noNewKeyring) return [];
  const name = `_ses.${input.id}`;
  const mode = userNamespaceOf(input.spec) === "none" ? PERMISSIONS : PERMISSIONS | OTHER_SEARCH;
  const unsupported = { errno: "ENOSYS", why: "this kernel has no keyrings", to: "done" };
  return [
    {
      kind: "process",
      from: "runt:session-keyring",
      title: `join a new session keyring ${name}`,
      calls: [
        sys("keyctl", [KEYCTL_JOIN_SESSION_KEYRING, str(name)], {
          into: "keyring",
          tolerate: [
            unsupported,
            { errno: "EPERM", why: "a seccomp filter of the caller forbids keyrings", to: "done" },
            { errno: "EDQUOT", why: "the user's quota of keys is used up", to: "done" },
          ],
        }),
        sys("keyctl", [KEYCTL_SETPERM, slot("keyring"), mode], {
          tolerate: [{ errno: "EACCES", why: "an existing keyring of this name belongs to another user" }],
        }),
        { op: "label", name: "done" },
      ],
    },
  ];
}
