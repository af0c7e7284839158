import { encodeUtf8 } from "../bytes/utf8.ts";
import { block, buf, load, O, slot, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import type { Hook, Spec } from "../spec/types.ts";
import { errnoText } from "../tables/errnos.ts";
import type { CompileInput } from "./input.ts";
import { compileEnvironment } from "./process/environment.ts";

/** Hooks that the parent runs in the runtime's namespaces, and those that init runs in the container's. */
export type HostHookName = "prestart" | "createRuntime" | "poststart" | "poststop";
export type ContainerHookName = "createContainer" | "startContainer";

const ALL_FDS = 0xffffffff;
const P_PIDFD = 3;
const WEXITED = 4;
const CLD_EXITED = 1;
const SIGKILL = 9;
const SIGCHLD = 17;
const CLONE_PIDFD = 0x1000;
const SIGPIPE = 13;
const POLLIN = 1;
/** siginfo_t of waitid(2). */
const SI_CODE = 8;
const SI_STATUS = 24;
/** struct sigaction of rt_sigaction(2), all zero: SIG_DFL. */
const DEFAULT_ACTION = { bytes: new Uint8Array(32) };
const SIGNAL_SET_SIZE = 8;

/** Why a hook's program may not be executed, and the status that a shell would give. */
const REFUSALS: readonly (readonly [errno: string, status: number])[] = [
  ["ENOENT", 127],
  ["ENOTDIR", 127],
  ["EACCES", 126],
  ["EPERM", 126],
  ["ENOEXEC", 126],
  ["ELOOP", 126],
  ["ETXTBSY", 126],
  ["ENOMEM", 126],
];

/** The hook's program; when it cannot be executed the child says so on the hook's own stderr. */
function executeHook(hook: Hook, env: readonly string[]): Call[] {
  const args = hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args;
  return [
    sys("execve", [{ str: hook.path }, { vec: args }, { vec: env }], {
      tolerate: REFUSALS.map(([errno]) => ({ errno, why: "told on the hook's stderr", to: errno })),
    }),
    ...REFUSALS.flatMap(([errno, status]): Call[] => {
      const text = encodeUtf8(`exec ${hook.path}: ${errnoText(errno)}\n`);
      return [
        { op: "label", name: errno },
        sys("write", [2, { bytes: text }, text.length]),
        sys("exit_group", [status]),
      ];
    }),
  ];
}

/**
 * In the child: state on stdin, output on stdout and stderr, nothing else open; then the hook's program.
 * CVE-2024-21626: fds are closed before execve, since the path of a startContainer hook is walked in the container
 * and may lead through /proc/self/fd.
 */
function hookChild(hook: Hook, env: readonly string[], state: Slot, output: Slot): Call[] {
  return [
    sys("lseek", [slot(state), 0, 0]),
    sys("dup3", [slot(state), 0, 0]),
    sys("dup3", [slot(output), 1, 0]),
    sys("dup3", [slot(output), 2, 0]),
    sys("close_range", [3, ALL_FDS, 0], {
      tolerate: ["EPERM", "ENOSYS"].map((errno) => ({
        errno,
        why: "a seccomp filter forbids it; what is open closes at execve",
      })),
    }),
    // Node ignores SIGPIPE, and execve keeps that.
    sys("rt_sigaction", [SIGPIPE, DEFAULT_ACTION, 0, SIGNAL_SET_SIZE]),
    ...executeHook(hook, env),
  ];
}

/**
 * Host steps, one for each hook; the executor puts the state into slot "hook.stdin" and watches the child.
 * SPEC(config#posix-platform-hooks): path and environment are the hook's own, argv is args as given.
 */
export function compileHostHooks(spec: Spec, name: HostHookName): Step[] {
  return (spec.hooks?.[name] ?? []).map((hook, i) => ({
    kind: "hook",
    from: `/hooks/${name}/${i}`,
    title: `run the ${name} hook ${hook.path}`,
    calls: [
      sys("pipe2", [buf("scratch.pair", 8), O.CLOEXEC], {
        load: [load("watch.output", "scratch.pair", 0, 4), load("watch.writer", "scratch.pair", 4, 4)],
      }),
      {
        op: "spawn",
        flags: 0,
        into: "watch.pid",
        pidfd: "watch.pidfd",
        child: hookChild(hook, hook.env ?? [], "hook.stdin", "watch.writer"),
      },
      sys("close", [slot("watch.writer")]),
    ],
    hook: {
      name: `${name} hook #${i}`,
      timeoutMs: hook.timeout === undefined ? undefined : hook.timeout * 1000,
      pidfd: "watch.pidfd",
      output: "watch.output",
    },
  }));
}

/** waitid(2) of the hook; how it ended goes to "hook.code" and "hook.status". */
function waitHook(): Call {
  return sys("waitid", [P_PIDFD, slot("hook.pidfd"), buf("scratch.siginfo", 128), WEXITED, 0], {
    load: [
      load("hook.code", "scratch.siginfo", SI_CODE, 4),
      load("hook.status", "scratch.siginfo", SI_STATUS, 4),
    ],
  });
}

/** Gives the hook `seconds`; one that runs longer is ended and fails the step. */
function limitHook(seconds: number): Call[] {
  const poll = block({ slot: "hook.pidfd", width: 4 }, { u32: POLLIN });
  return [
    sys("ppoll", [poll, 1, block({ u64: seconds }, { u64: 0 }), 0, SIGNAL_SET_SIZE], { into: "hook.ended" }),
    { op: "branch", slot: "hook.ended", equals: 1, to: "ended" },
    sys("pidfd_send_signal", [slot("hook.pidfd"), SIGKILL, 0, 0], {
      tolerate: [{ errno: "ESRCH", why: "it ended just now" }],
    }),
    waitHook(),
    { op: "fail", errno: "ETIMEDOUT", why: `hook ran past specified timeout of ${seconds.toFixed(1)}s` },
    { op: "label", name: "ended" },
  ];
}

/** Waits for the hook; anything but exit status 0 fails the step with the status as its value. */
function watchHook(hook: Hook): Call[] {
  return [
    ...(hook.timeout === undefined ? [] : limitHook(hook.timeout)),
    waitHook(),
    sys("close", [slot("hook.pidfd")]),
    { op: "branch", slot: "hook.code", equals: CLD_EXITED, to: "exited" },
    { op: "assert", slot: "hook.status", equals: 0, errno: "ECANCELED", why: "killed by signal %d" },
    { op: "label", name: "exited" },
    { op: "assert", slot: "hook.status", equals: 0, errno: "ECANCELED", why: "exit status %d" },
  ];
}

/**
 * Runs `child` in a copy of init and then, in init itself, `watch`; slot "hook.pidfd" is the child.
 * startContainer hooks run under the container's seccomp filter. Profiles answer clone3(2) with ENOSYS, since a filter
 * cannot see its flags, and let pass clone(2) without new namespaces.
 */
function fork(child: readonly Call[], watch: readonly Call[]): Call[] {
  return [
    sys("clone", [CLONE_PIDFD | SIGCHLD, 0, buf("scratch.pidfd", 8), 0, 0], {
      into: "hook.pid",
      load: [load("hook.pidfd", "scratch.pidfd", 0, 4)],
    }),
    { op: "branch", slot: "hook.pid", equals: 0, to: "child" },
    ...watch,
    { op: "goto", to: "parent" },
    { op: "label", name: "child" },
    ...child,
    { op: "label", name: "parent" },
  ];
}

/**
 * Init steps, one for each hook. createContainer hooks run with the rootfs as working directory, before the pivot;
 * startContainer hooks inside the container, with the process's environment when they have none of their own.
 */
export function compileContainerHooks(input: CompileInput, name: ContainerHookName): Step[] {
  const hooks = input.spec.hooks?.[name] ?? [];
  const inherited =
    name === "startContainer" ? compileEnvironment(input.spec.process?.env ?? [], input.home) : [];
  const enter: Call[] = name === "createContainer" ? [sys("fchdir", [slot("rootfs.fd")])] : [];
  return hooks.map((hook, i) => ({
    kind: "hook",
    from: `/hooks/${name}/${i}`,
    title: `run the ${name} hook ${hook.path}`,
    calls: [
      ...enter,
      ...fork(hookChild(hook, hook.env ?? inherited, "hook.state", "hook.output"), watchHook(hook)),
    ],
  }));
}
