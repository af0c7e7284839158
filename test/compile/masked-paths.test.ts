import t from "tap";
import { compileMaskedPaths } from "../../src/compile/masked-paths.ts";
import { compileReadonlyPaths } from "../../src/compile/readonly-paths.ts";
import type { SysCall } from "../../src/plan/call.ts";
import type { Linux } from "../../src/spec/types.ts";
import { MOUNT_ATTR as A, PROPAGATION } from "../../src/tables/mount-options.ts";
import { filesystemInput, follow, type Given, KNOWN, line, numbersOf } from "./filesystem-input.ts";
import { encode, sysCalls } from "./process/input.ts";

const S_IFCHR = 0o020666;

function masks(...maskedPaths: string[]) {
  const steps = compileMaskedPaths(filesystemInput({ linux: { maskedPaths } }));
  encode(steps, KNOWN);
  return steps;
}

function readonly(given: Given) {
  const steps = compileReadonlyPaths(filesystemInput(given));
  encode(steps, KNOWN);
  return steps;
}

/** The first statx sees the host's /dev/null, the others what is masked. */
const seeing = (...modes: number[]) => {
  const found = [S_IFCHR, ...modes];
  return (call: SysCall) =>
    call.name === "statx"
      ? { loads: { "mask.mode": found.shift() ?? 0, "mask.major": 1, "mask.minor": 3 } }
      : undefined;
};

t.test("no paths, no steps", (t) => {
  t.same([masks(), readonly({})], [[], []]);
  t.end();
});

t.test("files get the host's /dev/null, folders one empty filesystem", (t) => {
  const steps = masks("/file", "/folder", "/other", "/last");
  t.same(
    steps.map(({ from }) => from),
    ["/linux/maskedPaths", ...[0, 1, 2, 3].map((i) => `/linux/maskedPaths/${i}`)],
  );
  const walked = follow(steps, seeing(0o100644, 0o040755, 0o040755, 0o140755));
  t.equal(walked.failed, undefined);
  const lines = walked.made.map(line);
  t.equal(lines.filter((one) => one === "fsopen tmpfs").length, 1);
  t.same(
    lines.filter((one) => /^(open_tree|move_mount)/.test(one)),
    [
      "move_mount mask.empty /dev",
      "open_tree mask.null",
      "move_mount mask.clone mask.target",
      "open_tree mask.empty",
      "move_mount mask.clone mask.target",
      "open_tree mask.empty",
      "move_mount mask.clone mask.target",
      "open_tree mask.null",
      "move_mount mask.clone mask.target",
    ],
  );
  t.equal(walked.open, 2, "the two that masks are made of");
  t.equal(sysCalls(steps, "fsmount")[0]?.args[2], A.RDONLY);
  t.end();
});

t.test("where the root is shared, the host's /dev sends no mounts before it is covered", (t) => {
  const linux: Linux = { maskedPaths: ["/x"], rootfsPropagation: "rshared" };
  const steps = compileMaskedPaths(filesystemInput({ linux }));
  encode(steps, KNOWN);
  const lines = (...refused: string[]): string[] =>
    follow(steps.slice(0, 1), (call) => (refused.includes(line(call)) ? "EINVAL" : seeing()(call))).made.map(
      line,
    );
  t.same(lines().slice(-2), ["mount /dev", "move_mount mask.empty /dev"]);
  t.same(
    lines("mount /dev").slice(-3),
    ["mount /dev", "mount /", "move_mount mask.empty /dev"],
    "no mount of its own",
  );
  const [call] = sysCalls(steps, "mount");
  t.equal(call?.args[3], PROPAGATION.PRIVATE, "one mount only");
  t.same(sysCalls(masks("/x"), "mount"), [], "elsewhere it does not send");
  t.end();
});

t.test("a /dev/null of the host that is none masks nothing", (t) => {
  for (const loads of [
    { "mask.mode": 0o100644 },
    { "mask.mode": S_IFCHR, "mask.major": 1, "mask.minor": 5 },
    { "mask.mode": S_IFCHR, "mask.major": 5, "mask.minor": 3 },
  ]) {
    const { failed } = follow(masks("/x"), (call) => (call.name === "statx" ? { loads } : undefined));
    t.match(failed, { errno: "ENODEV", why: /\/dev\/null of the host/ });
  }
  t.end();
});

t.test("only an absent path is passed over", (t) => {
  const path = (call: SysCall) => line(call) === "openat2 rootfs.fd gone/below";
  for (const errno of ["ENOENT", "ENOTDIR"]) {
    const walked = follow(masks("/gone/below"), (call) => (path(call) ? errno : seeing()(call)));
    t.equal(walked.failed, undefined);
    t.notOk(walked.made.map(line).includes("move_mount mask.clone mask.target"));
  }
  const refused = follow(masks("/gone/below"), (call) => (path(call) ? "EACCES" : seeing()(call)));
  t.equal(refused.failed?.errno, "EACCES");
  const lost = follow(masks("/x"), (call) => (line(call) === "openat2 /dev/null" ? "ENOENT" : undefined));
  t.equal(lost.failed?.errno, "ENOENT", "the mask itself has to be there");
  t.end();
});

t.test("a path listed twice is masked once, and the others keep their places", (t) => {
  t.same(
    masks("/a", "/a", "/b").map(({ from }) => from),
    ["/linux/maskedPaths", "/linux/maskedPaths/0", "/linux/maskedPaths/2"],
  );
  t.same(
    readonly({ linux: { readonlyPaths: ["/a", "/a", "/b"] } }).map(({ from }) => from),
    ["/linux/readonlyPaths/0", "/linux/readonlyPaths/2"],
  );
  t.end();
});

t.test("a read-only path is a clone of itself", (t) => {
  const steps = readonly({ linux: { readonlyPaths: ["/proc/sys"] } });
  const walked = follow(steps);
  t.same(walked.made.map(line), [
    "openat2 rootfs.fd proc/sys",
    "open_tree readonly.target",
    "mount_setattr readonly.clone",
    "move_mount readonly.clone readonly.target",
    "close readonly.clone",
    "close readonly.target",
  ]);
  t.equal(walked.open, 0);
  t.same(numbersOf(walked.made[2]?.args[3]), [A.RDONLY, 0, 0, 0]);
  t.same(follow(steps, (call) => (call.name === "openat2" ? "ENOENT" : undefined)).made.length, 1);
  t.end();
});

t.test("mounts that had to be filled, then paths, then the root", (t) => {
  const steps = readonly({
    mounts: [
      { destination: "/a", type: "tmpfs", options: ["ro"] },
      { destination: "/b", type: "tmpfs", options: ["ro", "rw"] },
      { destination: "/c", type: "bind", source: "/c", options: ["ro"] },
      { destination: "/dev", type: "devtmpfs", options: ["ro"] },
    ],
    linux: { readonlyPaths: ["/x"] },
    root: { path: "rootfs", readonly: true },
  });
  t.same(
    steps.map(({ from }) => from),
    ["/mounts/0/options", "/mounts/3/options", "/linux/readonlyPaths/0", "/root/readonly"],
  );
  const lines = follow(steps).made.map(line);
  t.equal(lines.at(-1), "mount_setattr rootfs.fd");
  t.equal(lines[0], "openat2 rootfs.fd a");
  t.end();
});
