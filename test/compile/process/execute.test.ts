import t from "tap";
import { compileExecute } from "../../../src/compile/process/execute.ts";
import { callsOf, encode, inputOf } from "./input.ts";
import { walk } from "./walk.ts";

const executed = (preserveFds: number, report: number) => {
  const input = inputOf({ process: { args: ["sh", "-c", "a\nb"] }, options: { preserveFds } });
  const steps = compileExecute(input, ["A=1"]);
  encode(steps);
  t.equal(steps[0]?.title, "execute sh");
  return walk(callsOf(steps), (call) => (call.name === "dup3" ? Number(call.args[1]) : 0), [
    ["sync.fd", report],
  ]);
};

t.test("the fd for errors moves behind the kept ones, all others close before execve", (t) => {
  const { made, slots } = executed(2, 9);
  t.same(
    made.map((call) => [call.name, ...call.args]),
    [
      ["dup3", { slot: "sync.fd" }, 5, 0o2000000],
      ["fcntl", { slot: "sync.fd" }, 2, 1],
      ["close_range", 6, 0xffffffff, 0],
      ["execve", { slot: "exec.path" }, { vec: ["sh", "-c", "a\nb"] }, { vec: ["A=1"] }],
    ],
  );
  t.equal(slots.get("sync.fd"), 5);
  t.end();
});

t.test("a report fd that is in its place stays", (t) => {
  const { made } = executed(0, 3);
  t.same(
    made.map((call) => call.name),
    ["fcntl", "close_range", "execve"],
  );
  t.same(made[1]?.args, [4, 0xffffffff, 0]);
  t.end();
});

t.test("nothing is executed without arguments", (t) => {
  t.same(compileExecute(inputOf({ process: { args: undefined } }), []), []);
  t.end();
});
