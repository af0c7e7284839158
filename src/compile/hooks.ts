import { block, buf, load, O, slot, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import type { Hook, Spec } from "../spec/types.ts";
import type { CompileInput } from "./input.ts";
import { compileEnvironment } from "./process/environment.ts";

/** Hooks that the parent runs in the runtime's namespaces, and those that init runs in the container's. */
export type HostHookName = "prestart" | "createRuntime" | "poststart" | "poststop";
export type ContainerHookName = "createContainer" | "startContainer";

const CLOSE_RANGE_CLOEXEC = 4;
const ALL_FDS = 0xffffffff;
const P_PIDFD = 3;
const WEXITED = 4;
const CLD_EXITED = 1;
const SIGKILL = 9;
const POLLIN = 1;
/** siginfo_t of waitid(2). */
const SI_CODE = 8;
const SI_STATUS = 24;

/** In the child: state on stdin, output on stdout and stderr, nothing else open; then the hook's program. */
function hookChild(hook: Hook, env: readonly string[], output: Slot): Call[] {
  return [
    sys("lseek", [slot("hook.state"), 0, 0]),
    sys("dup3", [slot("hook.state"), 0, 0]),
    sys("dup3", [slot(output), 1, 0]),
    sys("dup3", [slot(output), 2, 0]),
    sys("close_range", [3, ALL_FDS, CLOSE_RANGE_CLOEXEC]),
    sys("execve", [{ str: hook.path }, { vec: hook.args ?? [hook.path] }, { vec: env }]),
  ];
}

function timeoutMs(hook: Hook): number | undefined {
  return hook.timeout === undefined ? undefined : hook.timeout * 1000;
}

/**
 * Host steps, one for each hook; the executor puts the state into slot "hook.state" and watches the child.
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
        child: hookChild(hook, hook.env ?? [], "watch.writer"),
      },
      sys("close", [slot("watch.writer")]),
    ],
    hook: {
      name: `${name} hook #${i}`,
      timeoutMs: timeoutMs(hook),
      pidfd: "watch.pidfd",
      output: "watch.output",
    },
  }));
}

/** Waits for the hook behind `hook.pidfd`; one that runs too long is ended and fails the step. */
function watchCalls(hook: Hook): Call[] {
  const limit = timeoutMs(hook);
  const seconds = ((limit ?? 0) / 1000).toFixed(1);
  const wait = sys("waitid", [P_PIDFD, slot("hook.pidfd"), buf("scratch.siginfo", 128), WEXITED, 0], {
    load: [
      load("hook.code", "scratch.siginfo", SI_CODE, 4),
      load("hook.status", "scratch.siginfo", SI_STATUS, 4),
    ],
  });
  const poll = sys(
    "ppoll",
    [
      block({ slot: "hook.pidfd", width: 4 }, { u32: POLLIN }),
      1,
      block({ u64: limit === undefined ? 0 : Math.floor(limit / 1000) }, { u64: 0 }),
      0,
      8,
    ],
    { into: "hook.ended" },
  );
  const bounded: Call[] =
    limit === undefined
      ? []
      : [
          poll,
          { op: "branch", slot: "hook.ended", equals: 1, to: "ended" },
          sys("pidfd_send_signal", [slot("hook.pidfd"), SIGKILL, 0, 0], {
            tolerate: [{ errno: "ESRCH", why: "it ended just now" }],
          }),
          wait,
          { op: "fail", errno: "ETIMEDOUT", why: `hook ran past specified timeout of ${seconds}s` },
          { op: "label", name: "ended" },
        ];
  return [
    ...bounded,
    wait,
    sys("close", [slot("hook.pidfd")]),
    { op: "branch", slot: "hook.code", equals: CLD_EXITED, to: "exited" },
    { op: "assert", slot: "hook.status", equals: 0, errno: "ECANCELED", why: "killed by signal %d" },
    { op: "label", name: "exited" },
    { op: "assert", slot: "hook.status", equals: 0, errno: "ECANCELED", why: "exit status %d" },
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
      {
        op: "spawn",
        flags: 0,
        into: "hook.pid",
        pidfd: "hook.pidfd",
        child: hookChild(hook, hook.env ?? inherited, "hook.output"),
      },
      ...watchCalls(hook),
    ],
  }));
}
