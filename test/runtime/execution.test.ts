import t from "tap";
import { RuntError } from "../../src/error/runt-error.ts";
import { buf, load, slot, str, sys } from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import type { Step, StepKind } from "../../src/plan/step.ts";
import { closeFds, type Execution, newExecution, runHostSteps } from "../../src/runtime/execution.ts";
import { createFakeHost, type FakeHost } from "../host-contract/fake-host.ts";
import { runtimeOf } from "../integration/runtime-of.ts";

/** A fake host whose files are numbered from 100 on, and which counts its programs. */
function makeHost(): { host: FakeHost; runs: () => number; isOpen: () => number[] } {
  const host = createFakeHost();
  const open = new Set<number>();
  let next = 100;
  let runs = 0;
  const run = host.run;
  host.run = (program) => {
    runs++;
    run(program);
  };
  host.kernel.handle("openat2", () => {
    open.add(next);
    return next++;
  });
  const close = (first: number, last: number): number => {
    for (let fd = first; fd <= last; fd++) if (!open.delete(fd)) throw new Error(`${fd} is not open`);
    return 0;
  };
  host.kernel.handle("close", (args) => close(Number(args[0]), Number(args[0])));
  host.kernel.handle("close_range", (args) => close(Number(args[0]), Number(args[1])));
  return { host, runs: () => runs, isOpen: () => [...open] };
}

const open = (into: string): Call => sys("openat2", [0, str(into), 0, 0], { into });
const getpid: Call = sys("getpid", []);

function step(
  title: string,
  calls: readonly Call[],
  kind: StepKind = "open",
  more: Partial<Step> = {},
): Step {
  return { kind, from: `/${title}`, title, calls, ...more };
}

function makeExecution(host: FakeHost, steps: readonly Step[]): Execution {
  return newExecution(runtimeOf("/run/runt", host), { version: 1, host: steps, init: [], imports: [] }, []);
}

/** What reached the kernel. */
const names = (host: FakeHost): string[] => host.kernel.calls.map((call) => call.name);

t.test("neighbours without a handler are one program; one with a handler is on its own", async (t) => {
  const { host, runs } = makeHost();
  const seen: string[] = [];
  const note = (execution: Execution, { title }: Step) => {
    seen.push(`${title} after ${names(host).length} calls, a is ${execution.slots.get("a")}`);
  };
  const steps = [
    step("one", [open("a")]),
    step("two", [getpid, getpid]),
    step("handled", [getpid], "spawn"),
    step("empty", [], "program"),
    step("three", [getpid]),
    step("four", []),
    step("five", [sys("close", [slot("a")])]),
  ];
  const execution = makeExecution(host, steps);
  runHostSteps(execution, { spawn: note, program: note });
  t.equal(runs(), 3, "one and two; the handled one; three and five");
  t.same(seen, ["handled after 4 calls, a is 100", "empty after 4 calls, a is 100"]);
  t.same(names(host), ["openat2", "getpid", "getpid", "getpid", "getpid", "close"], "in the plan's order");
  t.equal(execution.slots.has("a"), false, "a closed descriptor is nobody's any more");
});

t.test("a hook's handler carries its calls out itself; a release has no handler", async (t) => {
  const { host, runs } = makeHost();
  const seen: string[] = [];
  const note = (_: Execution, { title }: Step) =>
    void seen.push(`${title} after ${names(host).length} calls`);
  const steps = [
    step("one", [getpid]),
    step("hook", [getpid, getpid], "hook"),
    step("release", [getpid], "sync", { sync: { name: "joined", side: "release" } }),
    step("two", [getpid]),
    step("await", [], "sync", { sync: { name: "mounted", side: "await" } }),
  ];
  runHostSteps(makeExecution(host, steps), { hook: note, sync: note });
  t.same(seen, ["hook after 1 calls", "await after 3 calls"]);
  t.equal(runs(), 2);
});

t.test("the first step that fails is the error; what is behind it in the group is not done", async (t) => {
  const { host, isOpen } = makeHost();
  host.kernel.fail("openat2", "EMFILE", 2);
  const steps = [
    step("one", [open("a")]),
    step("two", [open("b"), open("c"), open("d")]),
    step("three", [open("e"), getpid]),
  ];
  const execution = makeExecution(host, steps);
  let error: unknown;
  try {
    runHostSteps(execution, {});
  } catch (thrown) {
    error = thrown;
  }
  t.type(error, RuntError);
  t.match(error, { code: "STEP_FAILED", pointer: "/two", errno: "EMFILE", phase: "open", message: /two/ });
  t.same(names(host), ["openat2", "openat2", "openat2"]);
  t.same(isOpen(), [100, 101]);
  closeFds(execution, []);
  t.same(isOpen(), [], "what was opened before the failure is closed");
});

t.test("a handler behind a group that fails is not called", async (t) => {
  const { host } = makeHost();
  host.kernel.fail("getpid", "EPERM");
  const steps = [step("one", [getpid]), step("handled", [], "spawn")];
  const seen: string[] = [];
  t.throws(
    () => runHostSteps(makeExecution(host, steps), { spawn: (_, { title }) => void seen.push(title) }),
    { code: "STEP_FAILED", pointer: "/one", errno: "EPERM" },
  );
  t.same(seen, []);
});

t.test(
  "a call that stands in several steps: the descriptors of all that were carried out are closed",
  async (t) => {
    const { host, isOpen } = makeHost();
    host.kernel.fail("getpid", "EPERM", 1);
    const steps = [step("one", [getpid, open("a")]), step("two", [open("b"), getpid, open("c")])];
    const execution = makeExecution(host, steps);
    t.throws(() => runHostSteps(execution, {}), { code: "STEP_FAILED", pointer: "/two" });
    t.same(isOpen(), [100, 101]);
    closeFds(execution, []);
    t.same(isOpen(), []);
  },
);

t.test("pairs are closed as well", async (t) => {
  const { host } = makeHost();
  const closed: bigint[][] = [];
  host.kernel.handle("close_range", (args) => closed.push(args.slice(0, 2)));
  const pair = sys("pipe2", [buf("pair", 8), 0], {
    load: [load("out", "pair", 0, 4), load("in", "pair", 4, 4)],
  });
  host.kernel.fail("getpid", "EPERM");
  const execution = makeExecution(host, [step("one", [pair]), step("two", [getpid])]);
  t.throws(() => runHostSteps(execution, {}), { code: "STEP_FAILED", pointer: "/two" });
  closeFds(execution, []);
  t.same(closed, [[3n, 4n]]);
});
