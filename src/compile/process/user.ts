import { sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

const PR_SET_KEEPCAPS = 8;

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
 * Init step: becomes process.user. Groups first, since that needs the capability that the uid switch may take;
 * capabilities are kept over the switch and set to their final sets afterwards.
 * CVE-2014-8989: where the user namespace denies setgroups, none are dropped.
 */
export function compileUser(input: CompileInput): Step[] {
  const user = input.spec.process?.user ?? { uid: 0, gid: 0 };
  const groups = user.additionalGids ?? [];
  const setgroups = sys("setgroups", [groups.length, groups.length === 0 ? 0 : { bytes: gidBytes(groups) }], {
    tolerate:
      groups.length === 0
        ? [{ errno: "EPERM", why: "the user namespace denies setgroups, and none are asked for" }]
        : [],
  });
  const umask = user.umask === undefined ? [] : [sys("umask", [user.umask])];
  return [
    {
      kind: "process",
      from: "/process/user",
      title: `become uid ${user.uid}, gid ${user.gid}${groups.length === 0 ? "" : `, groups ${groups.join(", ")}`}`,
      calls: [
        ...umask,
        sys("prctl", [PR_SET_KEEPCAPS, 1, 0, 0, 0]),
        setgroups,
        sys("setresgid", [user.gid, user.gid, user.gid]),
        sys("setresuid", [user.uid, user.uid, user.uid]),
        sys("prctl", [PR_SET_KEEPCAPS, 0, 0, 0, 0]),
      ],
    },
  ];
}
