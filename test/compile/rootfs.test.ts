import t from "tap";
import { compilePivot } from "../../src/compile/pivot.ts";
import { compileRootfs } from "../../src/compile/rootfs.ts";
import type { Linux } from "../../src/spec/types.ts";
import { PROPAGATION as P } from "../../src/tables/mount-options.ts";
import { filesystemInput, follow, type Given, KNOWN, line, numbersOf } from "./filesystem-input.ts";
import { encode, sysCalls } from "./process/input.ts";

type Propagation = NonNullable<Linux["rootfsPropagation"]>;
const propagation = (rootfsPropagation: Propagation): Given => ({ linux: { rootfsPropagation } });

function rootfs(given: Given) {
  const { host, init } = compileRootfs(filesystemInput(given));
  encode(host);
  encode(init, KNOWN);
  return { host, init };
}

function pivot(given: Given) {
  const steps = compilePivot(filesystemInput(given));
  encode(steps, KNOWN);
  return steps;
}

t.test("the parent clones the rootfs with what is mounted below it", (t) => {
  const { host } = rootfs({});
  t.match(host, [{ kind: "rootfs", from: "/root/path", title: "clone the root filesystem /bundle/rootfs" }]);
  t.match(sysCalls(host, "open_tree"), [
    { args: [-100, { str: "/bundle/rootfs/" }, 0x88001], into: "rootfs.tree" },
  ]);
  t.throws(() => compileRootfs({ ...filesystemInput({}), rootfs: "/" }), {
    code: "SPEC_INVALID",
    pointer: "/root/path",
  });
  t.end();
});

t.test("by default the container receives mounts and sends none", (t) => {
  for (const given of [{}, propagation("rslave"), propagation("private"), propagation("unbindable")]) {
    const { init } = rootfs(given);
    t.same(
      sysCalls(init, "mount").map((call) => call.args),
      [[0, { str: "/" }, 0, P.SLAVE | P.REC, 0]],
    );
    t.same(
      sysCalls(init, "mount_setattr").map((call) => [call.args[2], numbersOf(call.args[3])[2]]),
      [[0x9000, P.SLAVE]],
    );
  }
  t.end();
});

t.test("sharing is only as deep as asked, and pivot_root gets a private parent", (t) => {
  for (const [word, flags] of [
    ["shared", P.SHARED],
    ["rshared", P.SHARED | P.REC],
  ] as const) {
    const { init } = rootfs(propagation(word));
    t.equal(sysCalls(init, "mount")[0]?.args[3], flags);
    const walked = follow(init, (call) => (line(call) === "mount /bundle/rootfs" ? "EINVAL" : undefined));
    t.same(
      walked.made.filter(({ name }) => name === "mount").map(line),
      ["mount /", "mount /bundle/rootfs", "mount /bundle"],
      "the deepest mount on the way, and no other",
    );
    t.same(
      sysCalls(init, "mount_setattr").map((call) => [call.args[2], numbersOf(call.args[3])[2]]),
      [[0x1000, P.PRIVATE]],
    );
  }
  t.end();
});

t.test("the rootfs goes onto its own path, or over / where that cannot be walked", (t) => {
  const { init } = rootfs({ linux: { namespaces: [{ type: "user" }] } });
  const moves = (refused?: string) => {
    const walked = follow(init, (call) =>
      line(call) === "move_mount rootfs.tree /bundle/rootfs" ? (refused ?? 0) : undefined,
    );
    return [walked.failed?.errno, ...walked.made.map(line).filter((one) => one.startsWith("move_mount"))];
  };
  const [own, over] = ["move_mount rootfs.tree /bundle/rootfs", "move_mount rootfs.tree /"];
  t.same(moves(), [undefined, own]);
  t.same(moves("EACCES"), [undefined, own, over]);
  t.same(moves("EINVAL"), ["EINVAL", own]);
  t.equal(sysCalls(rootfs({}).init, "move_mount").length, 1, "root of the host walks everywhere");
  t.end();
});

t.test("the old root sends nothing before it is detached", (t) => {
  const steps = pivot({});
  t.same(follow(steps).made.map(line), [
    "openat2 /",
    "fchdir rootfs.fd",
    "pivot_root . .",
    "fchdir rootfs.old",
    "close rootfs.old",
    "mount .",
    "umount2 .",
    "chdir /",
  ]);
  t.equal(sysCalls(steps, "mount")[0]?.args[3], P.SLAVE | P.REC);
  t.end();
});

t.test("without pivot_root the host's proc and sysfs go first", (t) => {
  const options = { noPivot: true };
  const steps = pivot({ options });
  const lines = ["umount2 /proc", "umount2 /sys", "move_mount rootfs.fd /", "chroot .", "chdir /"];
  t.same(follow(steps).made.map(line), ["fchdir rootfs.fd", ...lines]);
  const locked = follow(steps, (call) => (call.name === "umount2" ? "EPERM" : undefined));
  t.equal(locked.failed, undefined);
  t.equal(follow(steps, (call) => (call.name === "umount2" ? "EBUSY" : undefined)).failed?.errno, "EBUSY");
  const shared = pivot({ options, ...propagation("shared") }).slice(0, 1);
  t.same(follow(shared).made.map(line), [
    "fchdir rootfs.fd",
    "mount /",
    "mount /proc",
    "mount /sys",
    ...lines,
  ]);
  t.same(
    sysCalls(shared, "mount").map((call) => call.args[3]),
    [P.SLAVE, P.SLAVE | P.REC, P.SLAVE | P.REC],
    "the host keeps them",
  );
  t.end();
});

t.test("the propagation that is asked for is set last", (t) => {
  t.equal(pivot({}).length, 1);
  for (const [word, flag, flags] of [
    ["shared", P.SHARED, 0x1000],
    ["rprivate", P.PRIVATE, 0x9000],
    ["unbindable", P.UNBINDABLE, 0x1000],
    ["rslave", P.SLAVE, 0x9000],
  ] as const) {
    const last = pivot(propagation(word)).at(-1);
    t.match(last, { from: "/linux/rootfsPropagation", title: `set the propagation of / to ${word}` });
    const [call] = last === undefined ? [] : sysCalls([last], "mount_setattr");
    t.same([call?.args[2], numbersOf(call?.args[3])[2]], [flags, flag]);
  }
  t.end();
});
