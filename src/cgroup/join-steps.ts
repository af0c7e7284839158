import type { HostFacts } from "../host/facts.ts";
import { buf, O, slot, str, sys } from "../plan/build.ts";
import type { Call, Field, Slot } from "../plan/call.ts";
import { MSG, receivedFd, receivingFds, sendingFds } from "../plan/socket.ts";
import type { Step } from "../plan/step.ts";
import { openCgroup, openCgroupFile, placeOf } from "./cgroup-file.ts";
import { writeText } from "./level-calls.ts";
import type { CgroupDirectory } from "./record.ts";

/** How a process gets into the cgroups of `directories`. */
export interface CgroupJoin {
  /** True when it is born in the cgroup2 directory of slot "cgroup.dir", which `born` opens. */
  into: boolean;
  /** Host steps before the child is made. */
  born: readonly Step[];
  /** Host steps after it was made, when the other directories are there, and once it waits for their descriptors. */
  open: readonly Step[];
  handOver: readonly Step[];
  /** Init steps that belong to `handOver`. */
  init: readonly Step[];
}

/** Nothing to join: it stays in the caller's cgroups. */
export const NO_JOIN: CgroupJoin = { into: false, born: [], open: [], handOver: [], init: [] };

/**
 * Into its cgroup2 directory a process is born. Into v1 directories it moves itself: it gets their `tasks`, opened by the
 * parent, and writes "0". The kernel checks the rights of whoever opened the file, so a child without rights may do it.
 * KERNEL(5.5): a thread that moves itself, and only itself, takes no lock of all processes; the first other move after a
 * pause waits for a grace period of RCU, 5 to 15 ms. runt-init has one thread.
 */
export function joinCgroups(
  directories: readonly CgroupDirectory[],
  arch: HostFacts["arch"],
  from: string,
): CgroupJoin {
  const unified = directories.findIndex(({ version }) => version === 2);
  const v1 = directories.flatMap(({ version }, i) => (version === 1 ? [i] : []));
  const born: Step[] = [];
  if (unified >= 0) {
    const calls = [openCgroup(placeOf(directories, unified), arch, "cgroup.dir")];
    born.push({ kind: "cgroup", from, title: "open the cgroup that init is born in", calls });
  }
  if (v1.length === 0) return { ...NO_JOIN, into: unified >= 0, born };
  const slots = v1.map((i): Slot => `cgroup.tasks.${i}`);
  return {
    into: unified >= 0,
    born,
    open: [
      {
        kind: "cgroup",
        from,
        title: "open the cgroups for joining",
        calls: v1.map((i, k) =>
          openCgroupFile(placeOf(directories, i), "tasks", O.WRONLY, { into: slots[k] as Slot }),
        ),
      },
    ],
    handOver: [{ kind: "cgroup", from, title: "hand the cgroups over to init", calls: [send(slots)] }],
    init: [{ kind: "cgroup", from, title: "join the cgroups", calls: receiveAndJoin(slots) }],
  };
}

function send(slots: readonly Slot[]): Call {
  const fds = slots.map((name): Field => ({ slot: name, width: 4 }));
  const died = ["EPIPE", "ECONNRESET"].map((errno) => ({
    errno,
    why: "init died; the next meeting tells how",
  }));
  return sys("sendmsg", [slot("sync.host"), sendingFds(str("c"), 1, fds), MSG.NOSIGNAL], { tolerate: died });
}

/** The descriptors stay open until init closes all at once that the user's program may not have. */
function receiveAndJoin(slots: readonly Slot[]): Call[] {
  const message = receivingFds(buf("cgroup.byte", 8), 1, "cgroup.control", slots.length);
  return [
    sys("recvmsg", [slot("sync.fd"), message, MSG.CMSG_CLOEXEC], {
      expect: 1,
      load: slots.map((name, k) => receivedFd(name, "cgroup.control", k)),
    }),
    ...slots.map((name) => writeText(name, "0")),
  ];
}
