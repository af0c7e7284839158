import t from "tap";
import { compileKeyring } from "../../../src/compile/process/keyring.ts";
import { callsOf, encode, inputOf, USER_NAMESPACE } from "./input.ts";
import { type Answer, walk } from "./walk.ts";

const joined = (given: Parameters<typeof inputOf>[0], join: Answer, setperm: Answer = 0) => {
  const steps = compileKeyring(inputOf(given));
  encode(steps);
  return walk(callsOf(steps), (call) => (call.args[0] === 1 ? join : setperm));
};

t.test("a keyring named after the container, which its processes may search", (t) => {
  const { made, failed } = joined({}, 77);
  t.equal(failed, undefined);
  t.same(
    made.map((call) => call.args),
    [
      [1, { str: "_ses.box" }],
      [5, { slot: "keyring" }, 0x3f1b0000],
    ],
  );
  t.same(joined({ linux: USER_NAMESPACE }, 77).made[1]?.args[2], 0x3f130008, "others in a user namespace");
  t.end();
});

t.test("a kernel without keyrings is no failure; everything else is, with the cure", (t) => {
  const { made, failed } = joined({}, "ENOSYS");
  t.equal(failed, undefined);
  t.equal(made.length, 1);
  t.match(joined({}, "EPERM").failed, { errno: "EPERM", why: /--no-new-keyring/ });
  t.match(joined({}, "EDQUOT").failed, { errno: "EDQUOT", why: /kernel\.keys\.maxkeys/ });
  t.match(joined({}, 77, "EACCES").failed, { errno: "EACCES" }, "the keyring is somebody else's");
  t.end();
});

t.test("--no-new-keyring leaves the caller's", (t) => {
  t.same(compileKeyring(inputOf({ options: { noNewKeyring: true } })), []);
  t.end();
});
