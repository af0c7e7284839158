import t from "tap";
import { compileSettleDescriptors } from "../../../src/compile/process/descriptors.ts";
import { compileExecute } from "../../../src/compile/process/execute.ts";
import { callsOf, encode, inputOf, sysCalls } from "./input.ts";
import { walk } from "./walk.ts";

t.test("execve is the only call of the last step", (t) => {
  const steps = compileExecute(inputOf({ process: { args: ["sh", "-c", "a\nb"] } }), ["A=1"]);
  encode(steps, [["exec.path", 1]]);
  t.equal(steps[0]?.title, "execute sh");
  t.same(
    callsOf(steps).map((call) => (call.op === "sys" ? [call.name, ...call.args] : call.op)),
    [["execve", { slot: "exec.path" }, { vec: ["sh", "-c", "a\nb"] }, { vec: ["A=1"] }]],
  );
  t.end();
});

t.test("kept descriptors move behind the preserved ones, all others close", (t) => {
  const kept = ["sync.fd", "gate.fd"] as const;
  const input = inputOf({ process: { args: ["sh"] }, options: { preserveFds: 2 } });
  const step = compileSettleDescriptors(input, kept);
  // gate.fd stands where sync.fd has to go.
  const known = [
    ["sync.fd", 9],
    ["gate.fd", 5],
  ] as const;
  encode([step], known);
  let next = 20;
  const { slots } = walk(
    step.calls,
    (call) => (call.name === "fcntl" ? next++ : call.name === "dup3" ? Number(call.args[1]) : 0),
    known,
  );
  t.same([slots.get("sync.fd"), slots.get("gate.fd")], [5, 6]);
  t.same(
    sysCalls([step], "fcntl").map((call) => call.args.slice(1)),
    [
      [1030, 7],
      [1030, 7],
    ],
    "first to numbers that nobody needs",
  );
  t.same(
    sysCalls([step], "dup3").map((call) => call.args[2]),
    [0o2000000, 0o2000000],
    "closed by execve",
  );
  t.same(sysCalls([step], "close_range")[0]?.args, [7, 0xffffffff, 0]);
  t.end();
});

t.test("nothing is executed without arguments", (t) => {
  t.same(compileExecute(inputOf({ process: { args: undefined } }), []), []);
  t.end();
});
