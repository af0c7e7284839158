import t from "tap";
import { compileEnterCwd, compileEnterCwdAsRoot, compileMakeCwd } from "../../../src/compile/process/cwd.ts";
import type { SysCall } from "../../../src/plan/call.ts";
import { callsOf, encode, inputOf, textOf } from "./input.ts";
import { type Answer, walk } from "./walk.ts";

const at = (cwd: string) => inputOf({ process: { cwd } });
const ROOT = [["rootfs.fd", 9]] as const;

t.test("the root needs no making", (t) => {
  for (const cwd of ["/", "//", "/."]) t.same(compileMakeCwd(at(cwd)), []);
  t.end();
});

t.test("a directory that is there is left alone", (t) => {
  const steps = compileMakeCwd(at("/a/b"));
  encode(steps, ROOT);
  const { made, failed } = walk(callsOf(steps), () => 5, ROOT);
  t.equal(failed, undefined);
  t.same(
    made.map((call) => call.name),
    ["openat2", "close"],
  );
  t.equal(textOf(made[0]?.args[1]), "a/b");
  t.end();
});

t.test("what is missing is made name by name, below the directory opened before", (t) => {
  const there = new Set(["a"]);
  const answer = (call: SysCall): Answer => {
    if (call.name === "mkdirat") there.add(textOf(call.args[1]));
    if (call.name !== "openat2") return 0;
    return there.has(textOf(call.args[1])) ? 5 : "ENOENT";
  };
  const { made, failed } = walk(callsOf(compileMakeCwd(at("/a/b/c"))), answer, ROOT);
  t.equal(failed, undefined);
  t.same(
    made.filter((call) => call.name === "mkdirat").map((call) => [textOf(call.args[1]), call.args[2]]),
    [
      ["b", 0o755],
      ["c", 0o755],
    ],
  );
  t.end();
});

t.test("a directory closed to root is left to the process's user", (t) => {
  const { made, failed } = walk(callsOf(compileMakeCwd(at("/home/x"))), () => "EACCES", ROOT);
  t.equal(failed, undefined);
  t.equal(made.length, 1);
  t.end();
});

t.test("the directory is entered by root, or else by the user", (t) => {
  const calls = callsOf([...compileEnterCwdAsRoot(at("/w")), ...compileEnterCwd(at("/w"))]);
  encode([...compileEnterCwdAsRoot(at("/w")), ...compileEnterCwd(at("/w"))]);
  const inside = { result: 3, loads: { "cwd.first": 0x2f } };
  const entered = walk(calls, (call) => (call.name === "getcwd" ? inside : 0));
  t.same(
    entered.made.map((call) => call.name),
    ["chdir", "getcwd"],
  );
  t.equal(entered.failed, undefined);
  let tries = 0;
  const later = walk(calls, (call) => (call.name === "getcwd" ? inside : tries++ === 0 ? "EACCES" : 0));
  t.same(
    later.made.map((call) => call.name),
    ["chdir", "chdir", "getcwd"],
  );
  t.equal(later.failed, undefined);
  t.match(walk(calls, () => "EACCES").failed, { errno: "EACCES" });
  t.match(walk(calls, () => "ENOENT").failed, { errno: "ENOENT" });
  t.end();
});

t.test("a directory outside of the root is a breakout", (t) => {
  const calls = callsOf([...compileEnterCwdAsRoot(at("/w")), ...compileEnterCwd(at("/w"))]);
  const why =
    "current working directory is outside of container mount namespace root -- possible container breakout detected";
  for (const answer of [{ result: 14, loads: { "cwd.first": 0x28 } }, "ENOENT"]) {
    const { failed } = walk(calls, (call) => (call.name === "getcwd" ? answer : 0));
    t.equal(failed?.why, why);
  }
  t.end();
});
