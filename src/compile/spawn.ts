import { AT_EMPTY_PATH, O, slot, str, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { becomeRootCalls } from "./namespaces.ts";
import { waitCalls } from "./sync.ts";

const F_SETFD = 2;
const CLONE_NEWPID = 0x20000000;

/** How the container's process is made. */
export interface SpawnInput {
  id: string;
  /** CLONE_NEW* flags of namespaces made at once. */
  flags: number;
  /** True when the child has to wait for its id mappings and become root in them before it may exec. */
  newUserNamespace: boolean;
  /** True when the child is born in the pid namespace of slot "namespace.pid". */
  joinPid: boolean;
  /** True when it is born in the cgroup2 directory of slot "cgroup.dir". */
  intoCgroup: boolean;
  /** Slots of fds that runt-init inherits. */
  imports: readonly Slot[];
  /** How many of the caller's fds from 3 on it inherits beside stdio. */
  preserveFds: number;
}

/** Node marks the stdio that it is started with close-on-exec; the container gets the caller's as they are. */
function keepStdio(preserveFds: number): Call[] {
  const closed = [{ errno: "EBADF", why: "the caller closed it" }];
  return [0, 1, 2]
    .map((fd): Call => sys("fcntl", [fd, F_SETFD, 0], { tolerate: closed }))
    .concat(Array.from({ length: preserveFds }, (_, i) => sys("fcntl", [3 + i, F_SETFD, 0])));
}

/** Host step: writes runt-init and its encoded program into sealed memfds (slots "init.image", "init.program"). */
export function compileProgram(): Step {
  return { kind: "program", from: "runt:init", title: "seal runt-init and its program in memfds", calls: [] };
}

/** KERNEL: a new process first waits for its turn on the processor of its parent, up to 3 ms. */
const LET_CHILD_RUN = sys("sched_yield", [], {
  tolerate: ["EPERM", "ENOSYS"].map((errno) => ({ errno, why: "the caller's seccomp filter denies it" })),
});

/**
 * Host step: clone3 of the container's process, which becomes runt-init by execveat of the sealed memfd.
 * CVE-2019-5736: nothing of the host can be reached through /proc/<pid>/exe but the sealed copy.
 */
export function compileSpawn(input: SpawnInput): Step {
  const keep = (fd: Slot): Call => sys("fcntl", [slot(fd), F_SETFD, 0]);
  const child: Call[] = [
    // Without the parent's end in its own hands, the child sees the parent's death while it waits.
    sys("close", [slot("sync.host")]),
    ...(input.newUserNamespace ? [...waitCalls(), ...becomeRootCalls()] : []),
    ...keepStdio(input.preserveFds),
    ...[...input.imports, "init.program"].map(keep),
    sys("execveat", [
      slot("init.image"),
      str(""),
      { vec: ["runt-init", { slot: "init.program" }, input.id] },
      { vec: [] },
      AT_EMPTY_PATH,
    ]),
  ];
  const spawn: Call = {
    op: "spawn",
    flags: input.flags,
    into: "init.pid",
    pidfd: "init.pidfd",
    cgroup: input.intoCgroup ? "cgroup.dir" : undefined,
    child,
  };
  return {
    kind: "spawn",
    from: "/linux/namespaces",
    title: "spawn runt-init in the container's namespaces",
    calls: [...(input.joinPid ? inPidNamespace(spawn) : [spawn]), LET_CHILD_RUN],
  };
}

/**
 * setns(2) with a pid namespace moves only later children, so the parent enters it for the one clone and goes back.
 */
function inPidNamespace(spawn: Call): Call[] {
  return [
    sys(
      "openat2",
      [
        slot("proc.fd"),
        str("self/ns/pid"),
        { block: [{ u64: O.RDONLY | O.CLOEXEC }, { u64: 0 }, { u64: 0 }] },
        24,
      ],
      { into: "own.pid-namespace" },
    ),
    sys("setns", [slot("namespace.pid"), CLONE_NEWPID]),
    spawn,
    sys("setns", [slot("own.pid-namespace"), CLONE_NEWPID]),
    sys("close", [slot("own.pid-namespace")]),
  ];
}
