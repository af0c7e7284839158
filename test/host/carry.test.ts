import t from "tap";
import { bufferBytes, carry, carryLists, slotValue } from "../../src/host/carry.ts";
import { buf, goto, label, load, slot, sys, tolerate } from "../../src/plan/build.ts";
import type { Call, Slot } from "../../src/plan/call.ts";
import { createFakeHost } from "../host-contract/fake-host.ts";

const NOTHING: ReadonlyMap<Slot, number> = new Map();

const getpid = (into: Slot): Call => sys("getpid", [], { into });
const pipe = (name: string): Call =>
  sys("pipe2", [buf("pair", 8), 0], {
    load: [load(`${name}.out`, "pair", 0, 4), load(`${name}.in`, "pair", 4, 4)],
  });
/** Fails with ENOENT on the fake host. */
const missing = sys("openat", []);

t.test("lists are carried out one after the other, as one program", async (t) => {
  const host = createFakeHost();
  let runs = 0;
  const run = host.run;
  host.run = (program) => {
    runs++;
    run(program);
  };
  const carried = carryLists(
    host,
    [
      { calls: [pipe("a")] },
      { calls: [] },
      { calls: [sys("write", [slot("a.in"), { bytes: new Uint8Array([7, 8]) }, 2], { expect: 2 })] },
      { calls: [sys("read", [slot("a.out"), buf("got", 8), 8], { into: "length" })] },
    ],
    { known: NOTHING },
  );
  t.equal(runs, 1);
  t.equal(carried.failure, undefined);
  t.equal(carried.reached, 3);
  t.equal(slotValue(carried, "length"), 2, "a list finds the slots of those before it");
  t.same([...bufferBytes(carried, "got").subarray(0, 2)], [7, 8]);
});

t.test("the list whose call failed is named; those behind it are not carried out", async (t) => {
  for (const at of [0, 1, 2]) {
    const host = createFakeHost();
    const lists = ["a", "b", "c"].map((name, i) => ({
      calls: [getpid(name), ...(i === at ? [missing] : []), getpid(`${name}.end`)],
    }));
    const carried = carryLists(host, lists, { known: NOTHING });
    t.match(carried.failure, { call: missing, errno: "ENOENT" });
    t.equal(carried.failure?.call, missing, "the very call");
    t.equal(carried.reached, at);
    for (const [i, name] of ["a", "b", "c"].entries()) {
      t.equal(slotValue(carried, name), i <= at ? 1000 : -1, `${name} of list ${i}`);
      t.equal(slotValue(carried, `${name}.end`), i < at ? 1000 : -1, `the end of list ${i}`);
    }
    t.equal(host.kernel.calls.length, 2 * (at + 1), "nothing more reached the kernel");
  }
});

t.test("one call in several lists: the list at fault is told by where it failed", async (t) => {
  const host = createFakeHost();
  host.kernel.fail("pipe2", "EMFILE", 2);
  const shared = pipe("x");
  const carried = carryLists(
    host,
    Array.from({ length: 4 }, () => ({ calls: [shared] })),
    { known: NOTHING },
  );
  t.equal(carried.failure?.errno, "EMFILE");
  t.equal(carried.reached, 2);
});

t.test("labels belong to their list, slots known before keep their values", async (t) => {
  const host = createFakeHost();
  const skips = (into: Slot) => [
    sys("openat", [], { tolerate: [tolerate("ENOENT", "it is new", "over")] }),
    getpid(into),
    label("over"),
  ];
  const carried = carryLists(
    host,
    [{ calls: skips("a") }, { calls: skips("b") }, { calls: [goto("end"), getpid("c"), label("end")] }],
    { known: new Map([["b", 5]]) },
  );
  t.equal(carried.failure, undefined);
  t.same(
    ["a", "b", "c"].map((name) => slotValue(carried, name)),
    [-1, 5, -1],
    "what is jumped over leaves nothing",
  );
});

t.test("a single list is the same", async (t) => {
  const host = createFakeHost();
  t.match(carry(host, [getpid("a"), missing], NOTHING), { reached: 0, failure: { errno: "ENOENT" } });
  t.match(carry(host, [getpid("a")], NOTHING), { reached: 0, failure: undefined });
  t.equal(slotValue(carry(host, [getpid("a")], NOTHING), "unheard of"), -1);
});
