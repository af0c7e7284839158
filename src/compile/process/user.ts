import { sys } from "../../plan/build.ts";
import type { Call } from "../../plan/call.ts";
import { remembered, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import type { User } from "../../spec/types.ts";
import { type CompileInput, userNamespaceOf } from "../input.ts";

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_KEEPCAPS = 8;
const SIGKILL = 9;

/** Bytes of gid_t numbers, little endian. */
function gidBytes(gids: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * gids.length);
  const view = new DataView(bytes.buffer);
  gids.forEach((gid, i) => {
    view.setUint32(4 * i, gid, true);
  });
  return bytes;
}

/**
 * CVE-2014-8989: a user namespace may deny setgroups, so that negative group permissions hold; then the groups stay
 * as they are. Groups that the config asks for cannot be had there.
 */
function setGroups(inUserNamespace: boolean, groups: readonly number[]): Call[] {
  if (groups.length > 0) {
    return [
      sys("setgroups", [groups.length, { bytes: gidBytes(groups) }], {
        tolerate: [{ errno: "EPERM", why: "the user namespace denies setgroups", to: "denied" }],
      }),
      { op: "goto", to: "grouped" },
      { op: "label", name: "denied" },
      {
        op: "fail",
        errno: "EPERM",
        why: "cannot set any additional groups in a rootless container: remove process.user.additionalGids, or write the mappings with privilege (newgidmap)",
      },
      { op: "label", name: "grouped" },
    ];
  }
  const denied = { errno: "EPERM", why: "the user namespace denies setgroups, and none are asked for" };
  return [sys("setgroups", [0, 0], { tolerate: inUserNamespace ? [denied] : [] })];
}

/**
 * Init step: becomes process.user. Groups first, since that needs the capability that the uid switch may take;
 * capabilities are kept over the switch and set to their final sets afterwards.
 */
export function compileUser(input: CompileInput): Step[] {
  const user = input.spec.process?.user ?? { uid: 0, gid: 0 };
  const inUserNamespace = input.facts.inUserNamespace || userNamespaceOf(input.spec) !== "none";
  return [remembered("/process/user", "user", userStep, user, inUserNamespace)];
}

function userStep(user: User, inUserNamespace: boolean): StepBody {
  const groups = user.additionalGids ?? [];
  return {
    kind: "process",
    title: `become uid ${user.uid}, gid ${user.gid}${groups.length === 0 ? "" : `, groups ${groups.join(", ")}`}`,
    calls: [
      ...setGroups(inUserNamespace, groups),
      sys("setresgid", [user.gid, user.gid, user.gid]),
      sys("prctl", [PR_SET_KEEPCAPS, 1, 0, 0, 0]),
      sys("setresuid", [user.uid, user.uid, user.uid]),
      sys("prctl", [PR_SET_KEEPCAPS, 0, 0, 0, 0]),
      // KERNEL: a change of uid forgets the death signal and makes the process as dumpable as fs.suid_dumpable says;
      // until execve it holds fds of the host (CVE-2016-9962).
      sys("prctl", [PR_SET_DUMPABLE, 0, 0, 0, 0]),
      sys("prctl", [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]),
      ...(user.umask === undefined ? [] : [sys("umask", [user.umask])]),
    ],
  };
}
