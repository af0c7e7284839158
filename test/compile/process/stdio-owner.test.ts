import t from "tap";
import { compileStdioOwner } from "../../../src/compile/process/stdio-owner.ts";
import { callsOf, encode, inputOf } from "./input.ts";
import { type Answer, walk } from "./walk.ts";

const own = (statx: Answer, fchown: Answer = 0) => {
  const steps = compileStdioOwner(inputOf({ process: { user: { uid: 7, gid: 8 } } }));
  encode(steps);
  const { made, failed } = walk(callsOf(steps), (call) => (call.name === "statx" ? statx : fchown));
  return { failed, changed: made.filter((call) => call.name === "fchown").map((call) => call.args) };
};
const file = (uid: number, major = 0, minor = 0) => ({
  loads: { "stdio.uid": uid, "stdio.major": major, "stdio.minor": minor },
});
const ALL = [0, 1, 2].map((fd) => [fd, 7, -1]);

t.test("stdio of others is given to the user, the group stays", (t) => {
  t.same(own(file(0)).changed, ALL);
  t.same(own(file(0, 1, 5)).changed, ALL, "/dev/zero");
  t.same(own(file(0, 4, 3)).changed, ALL, "another device with minor 3");
  t.end();
});

t.test("the user's own, /dev/null and closed ones are left alone", (t) => {
  t.same(own(file(7)).changed, []);
  t.same(own(file(0, 1, 3)).changed, []);
  t.same(own("EBADF"), { changed: [], failed: undefined });
  t.end();
});

t.test("owners that cannot be changed are left, other failures are told", (t) => {
  for (const errno of ["EPERM", "EROFS", "EINVAL"]) t.equal(own(file(0), errno).failed, undefined, errno);
  t.match(own(file(0), "EIO").failed, { errno: "EIO" });
  t.end();
});
