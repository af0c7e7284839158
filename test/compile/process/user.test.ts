import t from "tap";
import { compileUser } from "../../../src/compile/process/user.ts";
import { encode, inputOf, USER_NAMESPACE } from "./input.ts";
import { walk } from "./walk.ts";

const step = (given: Parameters<typeof inputOf>[0]) => {
  const steps = compileUser(inputOf(given));
  encode(steps);
  t.equal(steps.length, 1);
  return steps[0] as (typeof steps)[0];
};
const names = (calls: readonly { name: string; args: readonly unknown[] }[]) =>
  calls.map((call) => (call.name === "prctl" ? `prctl ${call.args[0]} ${call.args[1]}` : call.name));

t.test("groups, gid, uid with kept capabilities, then the marks that the uid switch takes away", (t) => {
  const { title, from, calls } = step({ process: { user: { uid: 7, gid: 8, additionalGids: [1, 70000] } } });
  t.equal(title, "become uid 7, gid 8, groups 1, 70000");
  t.equal(from, "/process/user");
  const { made, failed } = walk(calls, () => 0);
  t.equal(failed, undefined);
  t.same(names(made), [
    "setgroups",
    "setresgid",
    "prctl 8 1",
    "setresuid",
    "prctl 8 0",
    "prctl 4 0",
    "prctl 1 9",
  ]);
  t.same(made[0]?.args, [2, { bytes: new Uint8Array([1, 0, 0, 0, 0x70, 0x11, 1, 0]) }]);
  t.same(made[1]?.args, [8, 8, 8]);
  t.same(made[3]?.args, [7, 7, 7]);
  t.end();
});

t.test("umask is set only when it is given", (t) => {
  const masks = (umask: number | undefined) =>
    walk(step({ process: { user: { uid: 0, gid: 0, umask } } }).calls, () => 0).made.filter(
      (call) => call.name === "umask",
    );
  t.same(masks(undefined), []);
  t.same(masks(0)[0]?.args, [0]);
  t.same(masks(0o27)[0]?.args, [0o27]);
  t.end();
});

t.test("without a user the process is root with no groups", (t) => {
  const { made } = walk(step({}).calls, () => 0);
  t.same(made[0]?.args, [0, 0]);
  t.same(made[1]?.args, [0, 0, 0]);
  t.end();
});

t.test("a user namespace that denies setgroups leaves the groups, unless some are asked for", (t) => {
  const deny = (call: { name: string }) => (call.name === "setgroups" ? "EPERM" : 0);
  t.equal(walk(step({ linux: USER_NAMESPACE }).calls, deny).failed, undefined);
  t.equal(walk(step({ facts: { inUserNamespace: true } }).calls, deny).failed, undefined);
  t.match(walk(step({}).calls, deny).failed, { errno: "EPERM" }, "outside of one it is a failure");
  const asked = step({
    linux: USER_NAMESPACE,
    process: { user: { uid: 0, gid: 0, additionalGids: [5] } },
  });
  t.match(walk(asked.calls, deny).failed, {
    errno: "EPERM",
    why: /^cannot set any additional groups in a rootless container/,
  });
  t.end();
});
