import t from "tap";
import { compileContainerHooks, compileHostHooks } from "../../src/compile/hooks.ts";
import type { Call, SysCall } from "../../src/plan/call.ts";
import type { Hook } from "../../src/spec/types.ts";
import { encode, inputOf } from "./process/input.ts";
import { type Answer, walk } from "./process/walk.ts";

const KNOWN = [
  ["rootfs.fd", 9],
  ["hook.state", 10],
  ["hook.output", 11],
  ["watch.pidfd", 12],
  ["hook.pidfd", 13],
] as const;
const labelled = (calls: readonly Call[], name: string) =>
  calls.findIndex((call) => call.op === "label" && call.name === name);
/** What the copy of init does. */
const childOf = (calls: readonly Call[]) => calls.slice(labelled(calls, "child"), labelled(calls, "parent"));
const executed = (calls: readonly Call[]) =>
  childOf(calls).find((call): call is SysCall => call.op === "sys" && call.name === "execve")?.args;

const inside = (name: "createContainer" | "startContainer", hooks: Hook[], env?: string[]) => {
  const steps = compileContainerHooks(
    inputOf({ process: { env }, hooks: { [name]: hooks }, home: "/h" }),
    name,
  );
  encode(steps, KNOWN);
  return steps;
};

t.test("hooks are steps in the listed order, named by their place", (t) => {
  const hooks = [{ path: "/a" }, { path: "/b", timeout: 3 }];
  const steps = compileHostHooks({ ociVersion: "1.2.0", hooks: { createRuntime: hooks } }, "createRuntime");
  encode(steps, KNOWN);
  t.same(
    steps.map((step) => [step.from, step.title, step.hook]),
    [
      [
        "/hooks/createRuntime/0",
        "run the createRuntime hook /a",
        { name: "createRuntime hook #0", timeoutMs: undefined, pidfd: "watch.pidfd", output: "watch.output" },
      ],
      [
        "/hooks/createRuntime/1",
        "run the createRuntime hook /b",
        { name: "createRuntime hook #1", timeoutMs: 3000, pidfd: "watch.pidfd", output: "watch.output" },
      ],
    ],
  );
  t.same(compileHostHooks({ ociVersion: "1.2.0" }, "poststop"), []);
  t.end();
});

t.test("a hook gets the state on stdin, its output is kept, nothing else is open", (t) => {
  const [step] = inside("createContainer", [{ path: "/h" }]);
  const { made } = walk(childOf(step?.calls ?? []), () => 0, KNOWN);
  t.same(
    made.slice(0, 6).map((call) => [call.name, ...call.args.slice(0, 2)]),
    [
      ["lseek", { slot: "hook.state" }, 0],
      ["dup3", { slot: "hook.state" }, 0],
      ["dup3", { slot: "hook.output" }, 1],
      ["dup3", { slot: "hook.output" }, 2],
      ["close_range", 3, 0xffffffff],
      ["rt_sigaction", 13, { bytes: new Uint8Array(32) }],
    ],
  );
  t.end();
});

t.test("argv is args as given, or the path", (t) => {
  const argv = (args: string[] | undefined) =>
    executed(inside("createContainer", [{ path: "/h", args }])[0]?.calls ?? []);
  t.same(argv(["other", "x"])?.slice(0, 2), [{ str: "/h" }, { vec: ["other", "x"] }]);
  t.same(argv(undefined)?.[1], { vec: ["/h"] });
  t.same(argv([])?.[1], { vec: ["/h"] });
  t.end();
});

t.test("the environment is the hook's own; startContainer hooks without one get the process's", (t) => {
  const env = (name: "createContainer" | "startContainer", own: string[] | undefined) =>
    executed(inside(name, [{ path: "/h", env: own }], ["A=1", "A=2"])[0]?.calls ?? [])?.[2];
  t.same(env("startContainer", undefined), { vec: ["A=2", "HOME=/h"] });
  t.same(env("startContainer", ["B=1"]), { vec: ["B=1"] });
  t.same(env("startContainer", []), { vec: [] });
  t.same(env("createContainer", undefined), { vec: [] });
  t.end();
});

t.test("createContainer hooks begin in the rootfs, startContainer hooks where the process is", (t) => {
  const first = (name: "createContainer" | "startContainer") => inside(name, [{ path: "/h" }])[0]?.calls[0];
  t.match(first("createContainer"), { name: "fchdir", args: [{ slot: "rootfs.fd" }] });
  t.match(first("startContainer"), { name: "clone" });
  t.end();
});

t.test("init makes hooks by clone(2), without any flag that a seccomp filter would refuse", (t) => {
  const [step] = inside("startContainer", [{ path: "/h" }]);
  const calls = step?.calls ?? [];
  t.same(
    calls.filter((call) => call.op === "spawn").length,
    0,
    "clone3(2) is answered with ENOSYS by profiles",
  );
  const CLONE_PIDFD_AND_SIGCHLD = 0x1011;
  t.match(calls[0], { args: [CLONE_PIDFD_AND_SIGCHLD, 0, { size: 8 }, 0, 0], into: "hook.pid" });
  const names = (pid: number) =>
    walk(calls, (call) => (call.name === "clone" ? pid : 0), KNOWN).made.map((call) => call.name);
  t.ok(names(0).includes("execve"), "the copy becomes the hook");
  t.notOk(names(0).includes("waitid"));
  t.same(names(5), ["clone", "waitid", "close"], "and init waits for it");
  t.end();
});

t.test("a hook that cannot be executed says so on its own stderr", (t) => {
  const child = childOf(inside("startContainer", [{ path: "/nö" }])[0]?.calls ?? []);
  const told = (errno: string) => {
    const { made } = walk(child, (call) => (call.name === "execve" ? errno : 0), KNOWN);
    const [write, exit] = made.slice(-2);
    const [fd, text, length] = write?.args ?? [];
    const { bytes } = text as { bytes: Uint8Array };
    t.equal(length, bytes.length);
    return [new TextDecoder().decode(bytes), fd, exit?.name, exit?.args[0]];
  };
  t.same(told("ENOENT"), ["exec /nö: no such file or directory\n", 2, "exit_group", 127]);
  t.same(told("EACCES"), ["exec /nö: permission denied\n", 2, "exit_group", 126]);
  t.same(told("ENOEXEC"), ["exec /nö: exec format error\n", 2, "exit_group", 126]);
  t.end();
});

/** What the parent makes of a hook that ends so. */
function watched(ended: { code: number; status: number }, timeout?: number, poll: Answer = 1) {
  const [step] = inside("startContainer", [{ path: "/h", timeout }]);
  return walk(
    step?.calls ?? [],
    (call) => {
      if (call.name === "clone") return 5;
      if (call.name === "ppoll") return poll;
      if (call.name === "pidfd_send_signal") return "ESRCH";
      return { loads: { "hook.code": ended.code, "hook.status": ended.status } };
    },
    KNOWN,
  );
}

t.test("only exit status 0 lets the next step come", (t) => {
  t.equal(watched({ code: 1, status: 0 }).failed, undefined);
  t.same(watched({ code: 1, status: 3 }).failed, { errno: "ECANCELED", why: "exit status %d" });
  t.same(watched({ code: 2, status: 9 }).failed, { errno: "ECANCELED", why: "killed by signal %d" });
  t.same(watched({ code: 3, status: 11 }).failed?.why, "killed by signal %d", "with a core dump");
  t.end();
});

t.test("a hook that runs too long is killed and reaped", (t) => {
  const { failed, made } = watched({ code: 2, status: 9 }, 2, 0);
  t.same(failed, { errno: "ETIMEDOUT", why: "hook ran past specified timeout of 2.0s" });
  t.same(
    made.map((call) => call.name),
    ["clone", "ppoll", "pidfd_send_signal", "waitid"],
  );
  t.same(made[1]?.args.slice(0, 3), [
    { block: [{ slot: "hook.pidfd", width: 4 }, { u32: 1 }] },
    1,
    { block: [{ u64: 2 }, { u64: 0 }] },
  ]);
  t.equal(watched({ code: 1, status: 0 }, 2, 1).failed, undefined, "one that is in time");
  t.end();
});
