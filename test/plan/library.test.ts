import t from "tap";
import { assert, block, buf, label, load, openAt2, slot, str, sys, tolerate } from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import { callOf, encodeLibrary, encodeProgram } from "../../src/plan/encode-plan.ts";
import { listOf } from "../../src/plan/encoded.ts";
import { type CallList, fillHoles, hole, MOST_TEXTS } from "../../src/plan/library.ts";
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

const ALL = [look, open, own];

/** The lists of a program, with their fragments in a library of `lists`. */
function linkWith(lists: readonly (readonly Call[])[]) {
  const { library, fragments } = encodeLibrary(lists, "x86_64");
  const listed = (calls: readonly Call[]): CallList => {
    const fragment = fragments[lists.indexOf(calls)];
    return fragment === undefined ? { calls } : { calls, fragment };
  };
  return { library, fragments, link: (program: readonly (readonly Call[])[]) => program.map(listed) };
}

t.test("a program made of fragments does what one without them does", async (t) => {
  const programs = [[own, open, own, look], [look], [open, look], [own, look, own, open, open], [open, own]];
  for (const kept of [[look, open], [open, look], ALL, [own]]) {
    const { library, link } = linkWith(kept);
    for (const program of programs) {
      const lists = program.map((calls) => ({ calls }));
      const plain = encodeProgram(lists, ENCODING);
      const linked = encodeProgram(link(program), { ...ENCODING, library });
      t.same(listing(linked), listing(plain));
      t.equal(checkProgram(linked.bytes), 0);
      const ops = listing(plain).map((_, pc) => pc);
      t.same(
        ops.map((pc) => listOf(linked.lists, pc)),
        ops.map((pc) => listOf(plain.lists, pc)),
        "each op knows its list",
      );
      for (const pc of ops)
        t.equal(callOf(linked, link(program), pc), callOf(plain, lists, pc), "and its call");
    }
  }
});

t.test("linking changes nothing in the library", async (t) => {
  const { library, link } = linkWith([open, look]);
  const options = { ...ENCODING, library };
  const copy = encodeProgram(link([own, look, open]), options).bytes.slice();
  encodeProgram(link([look, own, look]), options);
  t.same(encodeProgram(link([own, look, open]), options).bytes, copy);
});

t.test("a plan that uses nothing of the library is sound too", async (t) => {
  const { library } = linkWith(ALL);
  for (const calls of [open, [sys("getpid", [])]]) {
    const linked = encodeProgram([{ calls }], { ...ENCODING, library });
    t.same(listing(linked), listing(encodeProgram([{ calls }], ENCODING)));
    t.equal(checkProgram(linked.bytes), 0);
  }
});

/** Calls with two texts, the second of which is a slot. */
const patterned = (name: string, dir: string): Call[] => [
  openAt2(dir, name, 0, 16, { into: "found", tolerate: [tolerate("ENOENT", "missing", "make")] }),
  { op: "goto", to: "end" },
  label("make"),
  sys("mkdirat", [slot(dir), str(`below/${name}/more`), 0o755], { into: dir }),
  sys("symlinkat", [str(`${name}${name}`), slot(dir), str(name)]),
  { op: "set", slot: "path", value: str(name) },
  { op: "branch", slot: dir, equals: -1, to: "end" },
  sys("fstatfs", [slot(dir), buf("stat", 120)], { load: [load(dir, "stat", 0, 8)] }),
  label("end"),
];

t.test("holes of a fragment take the texts of each list", async (t) => {
  const { library, fragments } = encodeLibrary([look, patterned(hole(0), hole(1)), open], "x86_64");
  const texts: [string, string][] = [
    ["a", "root"],
    ["longer name", "dir"],
    ["", "fresh"],
    ["dev", "root"],
  ];
  const lists = texts.map(([name, dir]) => ({ calls: patterned(name, dir) }));
  const linked = lists.map(({ calls }, i) => ({ calls, fragment: fragments[1], texts: texts[i] }));
  const plain = encodeProgram([...lists, { calls: look }], ENCODING);
  const holed = encodeProgram([...linked, { calls: look, fragment: fragments[0] }], { ...ENCODING, library });
  t.same(listing(holed), listing(plain));
  t.equal(checkProgram(holed.bytes), 0);
});

t.test("holes stand in libraries only, and texts hold no NUL", async (t) => {
  t.throws(() => encodeProgram([{ calls: patterned(hole(0), "root") }], ENCODING), {
    code: "PLAN_BROKEN",
    message: /a string of the plan holds a NUL byte/,
  });
  t.throws(() => encodeLibrary([[sys("execve", [str("/x"), { vec: [hole(0)] }, 0])]], "x86_64"), {
    code: "PLAN_BROKEN",
  });
  const { library, fragments } = encodeLibrary([patterned(hole(0), hole(1))], "x86_64");
  const bad = { calls: [], fragment: fragments[0], texts: ["a\0b", "root"] };
  t.throws(() => encodeProgram([bad], { ...ENCODING, library }), { code: "PLAN_BROKEN" });
});

t.test("fillHoles", async (t) => {
  t.equal(fillHoles("plain", ["a"]), "plain");
  t.equal(fillHoles(hole(1), ["a", "b"]), "b");
  t.equal(fillHoles(`x/${hole(0)}/y${hole(1)}`, ["a", "b"]), "x/a/yb");
  const many = Array.from({ length: MOST_TEXTS }, (_, i) => `<${i}>`);
  t.equal(fillHoles(many.map((_, i) => hole(i)).join(""), many), many.join(""));
});
