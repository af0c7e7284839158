import t from "tap";
import {
  AT_FDCWD,
  assert,
  block,
  goto,
  openAt2,
  RESOLVE,
  slot,
  str,
  sys,
  tolerate,
} from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import { checkPlan } from "../../src/plan/check-plan.ts";
import type { Plan, Step, SyncName, SyncSide } from "../../src/plan/step.ts";

const GIVEN = ["given.fd"];

function step(...calls: Call[]): Step {
  return { kind: "open", from: "/root/path", title: "do it", calls };
}

function sync(name: SyncName, side: SyncSide): Step {
  return { ...step(), kind: "sync", sync: { name, side } };
}

function plan(over: Partial<Plan>): Plan {
  return { version: 1, host: [], init: [], imports: [], ...over };
}

/** The message of PLAN_BROKEN, or undefined for a plan that keeps the rules. */
function fault(given: Partial<Plan>): string | undefined {
  try {
    checkPlan(plan(given), GIVEN);
    return undefined;
  } catch (error) {
    t.match(error, { name: "RuntError", code: "PLAN_BROKEN" });
    return (error as Error).message;
  }
}

t.test("slots are written before they are read", async (t) => {
  const read = sys("close", [slot("a.fd")]);
  const write = sys("getpid", [], { into: "a.fd" });
  t.equal(fault({ host: [step(write), step(read)] }), undefined);
  t.match(fault({ host: [step(read), step(write)] }), /"do it": slot a\.fd is read before it is written/);
  t.equal(fault({ host: [step(sys("close", [slot("given.fd")]))] }), undefined, "given by the executor");
  t.match(fault({ init: [step(sys("close", [slot("given.fd")]))] }), /slot given\.fd/, "but not to init");
});

t.test("slots inside blocks, texts, vectors and other calls count", async (t) => {
  const readers: Call[] = [
    sys("sendmsg", [0, block({ ptr: block({ slot: "x", width: 4 }) }), 0]),
    sys("openat", [AT_FDCWD, { text: ["/proc/", { slot: "x" }] }, 0]),
    sys("execveat", [0, str(""), { vec: [{ slot: "x" }] }, { vec: [] }, 0]),
    assert({ slot: "x", equals: 0, errno: "EIO", why: "" }),
    { op: "set", slot: "y", value: slot("x") },
    { op: "watch", fd: "x", mask: 1n },
    { op: "spawn", flags: 0, into: "pid", cgroup: "x", child: [sys("exit_group", [0])] },
  ];
  for (const call of readers) {
    t.match(fault({ host: [step(call)] }), /slot x is read before it is written/, call.op);
    t.equal(fault({ host: [step({ op: "set", slot: "x", value: 1 }, call)] }), undefined, call.op);
  }
});

t.test("loads and spawns write slots", async (t) => {
  const loads = sys("pipe2", [{ buf: "pair", size: 8 }, 0], {
    load: [{ into: "end", buf: "pair", offset: 0, width: 4 }],
  });
  t.equal(fault({ host: [step(loads, sys("close", [slot("end")]))] }), undefined);
  const spawn: Call = { op: "spawn", flags: 0, into: "pid", pidfd: "pidfd", child: [sys("exit_group", [0])] };
  t.equal(
    fault({ host: [step(spawn, sys("kill", [slot("pid"), 9]), sys("close", [slot("pidfd")]))] }),
    undefined,
  );
});

t.test("a slot of a spawned child is the child's alone", async (t) => {
  const child: Call[] = [sys("getpid", [], { into: "own" }), sys("exit_group", [slot("own")])];
  const spawn: Call = { op: "spawn", flags: 0, into: "pid", child };
  t.equal(fault({ host: [step(spawn)] }), undefined);
  t.match(fault({ host: [step(spawn, sys("close", [slot("own")]))] }), /slot own is read/);
});

t.test("a spawned child does not come back", async (t) => {
  const spawn = (...child: Call[]): Call => ({ op: "spawn", flags: 0, into: "pid", child });
  t.match(fault({ host: [step(spawn())] }), /a spawned child does not end in execve/);
  t.match(fault({ host: [step(spawn(sys("setsid", [])))] }), /does not end in execve/);
  t.equal(fault({ host: [step(spawn({ op: "fail", errno: "EIO", why: "" }))] }), undefined);
});

t.test("jumps have their label in the same step", async (t) => {
  const end: Call = { op: "label", name: "end" };
  t.equal(fault({ host: [step(goto("end"), end)] }), undefined);
  t.match(fault({ host: [step(goto("end")), step(end)] }), /there is no label end/);
  const tolerant = sys("getpid", [], { tolerate: [tolerate("EPERM", "", "gone")] });
  t.match(fault({ host: [step(tolerant)] }), /there is no label gone/);
  const branch: Call = { op: "branch", slot: "given.fd", equals: 0, to: "away" };
  t.match(fault({ host: [step(branch)] }), /there is no label away/);
});

t.test("every step has a cause and a title", async (t) => {
  t.match(fault({ host: [{ ...step(), from: "" }] }), /names no field/);
  t.match(fault({ init: [{ ...step(), title: "" }] }), /has no title/);
  t.throws(() => checkPlan(plan({ init: [step(goto("x"))] }), []), {
    name: "RuntError",
    pointer: "/root/path",
  });
});

t.test("init walks paths of the container inside its root only", async (t) => {
  const open = (resolve: number) => step(openAt2("root", "etc/passwd", 0, resolve));
  const host = [step({ op: "set", slot: "root", value: 3 })];
  const imports = ["root"];
  t.equal(fault({ host, imports, init: [open(RESOLVE.IN_ROOT)] }), undefined);
  t.equal(fault({ host, imports, init: [open(RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS)] }), undefined);
  t.match(fault({ host, imports, init: [open(0)] }), /must have RESOLVE_IN_ROOT or RESOLVE_BENEATH/);
  t.match(fault({ host, imports, init: [open(RESOLVE.NO_SYMLINKS)] }), /must have RESOLVE_IN_ROOT/);
  t.equal(fault({ host: [...host, open(0)] }), undefined, "the host may");
});

t.test("init makes entries by a single name", async (t) => {
  const host = [step({ op: "set", slot: "root", value: 3 })];
  const imports = ["root"];
  const make = (path: string) => step(sys("mkdirat", [slot("root"), str(path), 0o755]));
  t.equal(fault({ host, imports, init: [make("etc")] }), undefined);
  t.match(fault({ host, imports, init: [make("etc/x")] }), /mkdirat takes a path of several parts: etc\/x/);
  const link = (target: string, name: string) =>
    step(sys("symlinkat", [str(target), slot("root"), str(name)]));
  t.equal(fault({ host, imports, init: [link("/proc/self/fd", "fd")] }), undefined, "a target is text");
  t.match(fault({ host, imports, init: [link("fd", "dev/fd")] }), /symlinkat takes a path of several parts/);
});

t.test("init neither prints slots nor watches signals", async (t) => {
  const host = [step({ op: "set", slot: "n", value: 3 })];
  const imports = ["n"];
  const text = sys("unlinkat", [slot("n"), { text: [{ slot: "n" }] }, 0]);
  t.match(fault({ host, imports, init: [step(text)] }), /init cannot print slots into text/);
  t.match(
    fault({ host, imports, init: [step({ op: "watch", fd: "n", mask: 1n })] }),
    /init cannot watch signals/,
  );
  t.equal(fault({ host: [...host, step({ op: "watch", fd: "n", mask: 1n })] }), undefined);
});

t.test("what init inherits was opened by the host", async (t) => {
  t.equal(fault({ imports: GIVEN }), undefined);
  t.match(fault({ imports: ["nobody.fd"] }), /init inherits nobody\.fd, which the host never opens/);
});

t.test("meeting points are the same on both sides", async (t) => {
  const init = [sync("joined", "wait"), sync("ready", "meet")];
  const host = [sync("joined", "release"), sync("ready", "await"), sync("ready", "release")];
  t.equal(fault({ host, init }), undefined);
  t.equal(
    fault({ host: [sync("mapped", "release"), ...host], init }),
    undefined,
    "mapped is the spawn's own",
  );
  t.match(fault({ host: host.slice(1), init }), /meeting points differ: init needs release joined/);
  t.match(fault({ host: host.slice(0, 2), init }), /meeting points differ/);
  t.match(fault({ host: [...host].reverse(), init }), /meeting points differ/);
  t.match(fault({ host, init: init.slice(0, 1) }), /meeting points differ/);
});
