import t from "tap";
import { inRoot, makeFile, openOrMakeDirectory, pathNames, splitPath } from "../../src/compile/paths.ts";
import { archFlags, O, RESOLVE, sys } from "../../src/plan/build.ts";
import type { Call, SysCall } from "../../src/plan/call.ts";
import { follow, KNOWN, lacking, line, numbersOf } from "./filesystem-input.ts";
import { encode } from "./process/input.ts";
import type { Answer } from "./process/walk.ts";

const go = (calls: Call[], answer: (call: SysCall) => Answer | undefined) => follow([{ calls }], answer);

t.test("paths are names", (t) => {
  t.same(pathNames("//a/./b/../c/"), ["a", "b", "..", "c"]);
  t.equal(inRoot("/a//b"), "a/b");
  t.equal(inRoot("/"), ".");
  t.equal(inRoot("relative"), "relative");
  t.same(splitPath("/dev/net/tun"), { parent: "dev/net", name: "tun" });
  t.same(splitPath("/tun"), { parent: ".", name: "tun" });
  t.end();
});

t.test("a directory that is there costs one call", (t) => {
  const found = sys("statx", []);
  const walked = go(openOrMakeDirectory("x86_64", "/a/b", "target", "x", [found]), () => undefined);
  t.same(walked.made.map(line), ["openat2 rootfs.fd a/b", "statx"]);
  t.equal(walked.slots.get("target"), 5);
  t.end();
});

t.test("missing names are made one below the other, and only the last stays open", (t) => {
  const calls = openOrMakeDirectory("x86_64", "/a/b/c", "target", "x", [sys("statx", [])]);
  encode([{ kind: "mount", from: "/x", title: "x", calls }], KNOWN);
  const walked = go(calls, lacking("a/b/c", "a/b"));
  t.same(walked.made.map(line), [
    "openat2 rootfs.fd a/b/c",
    "openat2 rootfs.fd a",
    "openat2 rootfs.fd a/b",
    "mkdirat target.0 b",
    "openat2 target.0 b",
    "close target.0",
    "mkdirat target.1 c",
    "openat2 target.1 c",
    "close target.1",
  ]);
  t.equal(walked.open, 1);
  t.same(go(openOrMakeDirectory("x86_64", "/a", "target", "x"), lacking("a")).made.map(line), [
    "openat2 rootfs.fd a",
    "mkdirat rootfs.fd a",
    "openat2 rootfs.fd a",
  ]);
  t.end();
});

t.test("with .. the last name may be there although the path is not", (t) => {
  const calls = openOrMakeDirectory("x86_64", "/a/../b", "target", "x");
  const missing = new Set(["a/../b", "a"]);
  const walked = go(calls, (call) => {
    const path = line(call).replace("openat2 rootfs.fd ", "");
    return missing.delete(path) ? "ENOENT" : undefined;
  });
  t.same(walked.made.map(line), [
    "openat2 rootfs.fd a/../b",
    "openat2 rootfs.fd a",
    "mkdirat rootfs.fd a",
    "openat2 rootfs.fd a",
    "openat2 rootfs.fd a/..",
    "close target.0",
    "openat2 rootfs.fd a/../b",
    "close target.1",
  ]);
  t.equal(walked.open, 1);
  t.end();
});

t.test("every walk stays in the root, and no link is followed at a name just made", (t) => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const calls = [...openOrMakeDirectory(arch, "/a/../b", "target", "x"), makeFile("/c/d", "file")];
    const opens = calls.filter((call): call is SysCall => call.op === "sys" && call.name === "openat2");
    for (const { args } of opens) {
      const [flags = 0, , resolve = 0] = numbersOf(args[2]);
      t.ok(flags & O.CLOEXEC, "closed on execve");
      t.ok(resolve & RESOLVE.NO_MAGICLINKS, "no magic links");
      if (resolve & RESOLVE.IN_ROOT) continue;
      t.ok(resolve & RESOLVE.BENEATH && resolve & RESOLVE.NO_SYMLINKS);
      t.ok(flags & archFlags(arch).NOFOLLOW);
    }
  }
  t.end();
});

t.test("a link that has taken the name's place is not followed", (t) => {
  const opened: Answer[] = ["ENOENT", "ELOOP"];
  const { failed } = go(openOrMakeDirectory("x86_64", "/a", "target", "x"), (call) =>
    call.name === "mkdirat" ? "EEXIST" : opened.shift(),
  );
  t.equal(failed?.errno, "ELOOP");
  t.end();
});
