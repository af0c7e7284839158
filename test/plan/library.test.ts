import t from "tap";
import { assert, block, buf, label, load, openAt2, slot, str, sys, tolerate } from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import { encodeLibrary, encodeProgram } from "../../src/plan/encode-plan.ts";
import { checkProgram } from "../host-contract/fake-check.ts";
import { listing } from "./listing.ts";

const ENCODING = { arch: "x86_64", id: 2, known: new Map([["root", 5]]), shareMemory: false } as const;

const open: Call[] = [
  openAt2("root", "dev", 0, 16, { into: "dir", tolerate: [tolerate("ENOENT", "missing", "make")] }),
  { op: "goto", to: "done" },
  label("make"),
  sys("mkdirat", [slot("root"), str("dev"), 0o755], { tolerate: [tolerate("EEXIST", "there")] }),
  label("done"),
];
const look: Call[] = [
  sys("statx", [slot("dir"), str(""), 0x1000, 1, buf("stat", 256)], { load: [load("mode", "stat", 28, 2)] }),
  { op: "branch", slot: "mode", mask: 0o170000, equals: 0o040000, to: "directory" },
  { op: "fail", errno: "ENOTDIR", why: "no directory" },
  label("directory"),
  assert({ slot: "mode", equals: 1, errno: "EIO", why: "odd" }),
];
const own: Call[] = [
  sys("openat2", [
    slot("root"),
    str("dev"),
    block({ u64: 1 }, { slot: "dir", width: 8 }, { ptr: str("own") }),
    24,
  ]),
  { op: "branch", slot: "dir", equals: -1, to: "end" },
  sys("close", [slot("dir")], { tolerate: [tolerate("EBADF", "closed", "end")] }),
  label("end"),
];

t.test("a program made of fragments does what one without them does", async (t) => {
  const library = encodeLibrary([{ calls: look }, { calls: open }], "x86_64");
  const steps = [{ calls: own }, { calls: open }, { calls: own }, { calls: look }];
  const plain = encodeProgram(steps, ENCODING);
  const linked = encodeProgram(steps, { ...ENCODING, library });
  t.same(listing(linked), listing(plain));
  t.equal(checkProgram(linked.bytes), 0);
  t.same(linked.calls, plain.calls, "each op knows its call");
  t.same(linked.steps, plain.steps, "and its step");
});

t.test("linking changes nothing in the library", async (t) => {
  const library = encodeLibrary([{ calls: open }, { calls: look }], "x86_64");
  const options = { ...ENCODING, library };
  const first = encodeProgram([{ calls: own }, { calls: look }, { calls: open }], options);
  const copy = first.bytes.slice();
  encodeProgram([{ calls: look }, { calls: own }], options);
  const again = encodeProgram([{ calls: own }, { calls: look }, { calls: open }], options);
  t.same(again.bytes, copy);
});

t.test("a plan that is shorter than the library is sound", async (t) => {
  const library = encodeLibrary([{ calls: look }, { calls: open }, { calls: own }], "x86_64");
  for (const calls of [look, open]) {
    const linked = encodeProgram([{ calls }], { ...ENCODING, library });
    t.same(listing(linked), listing(encodeProgram([{ calls }], ENCODING)));
    t.equal(checkProgram(linked.bytes), 0);
  }
});

t.test("a program shorter than the library has no jumps of fragments that it lacks", async (t) => {
  const library = encodeLibrary([{ calls: look }, { calls: own }, { calls: open }], "x86_64");
  const linked = encodeProgram([{ calls: [sys("getpid", [])] }], { ...ENCODING, library });
  t.equal(checkProgram(linked.bytes), 0);
});

t.test("a plan that uses nothing of the library is sound too", async (t) => {
  const library = encodeLibrary([{ calls: look }], "x86_64");
  const linked = encodeProgram([{ calls: open }], { ...ENCODING, library });
  t.same(listing(linked), listing(encodeProgram([{ calls: open }], ENCODING)));
  t.equal(checkProgram(linked.bytes), 0);
});
