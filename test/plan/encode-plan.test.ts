import t from "tap";
import { getInt64 } from "../../src/bytes/int64.ts";
import { assert, block, buf, label, load, slot, str, sys, tolerate } from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import { callOf, encodeProgram } from "../../src/plan/encode-plan.ts";
import { type Encoded, type EncodeOptions, firstOp as firstOpOf, listOf } from "../../src/plan/encoded.ts";
import { buildId, HEADER, NEXT, NO_SLOT, OP, OP_CODE, OP_SIZE, OPERAND_KIND } from "../../src/plan/format.ts";
import { renderText } from "../../src/plan/render-text.ts";
import { checkProgram, partsOf } from "../host-contract/fake-check.ts";

const OPTIONS: EncodeOptions = { arch: "x86_64", id: 7, known: new Map(), shareMemory: false };

function encode(calls: readonly Call[], over: Partial<EncodeOptions> = {}): Encoded {
  return encodeProgram([{ calls }], { ...OPTIONS, ...over });
}

interface Op {
  code: number;
  dst: number;
  nr: number;
  rules: number[][];
  kinds: number[];
  args: number[];
  expect: number;
}

/** The ops of an encoded program, read back. */
function opsOf({ bytes }: Encoded): Op[] {
  const { view, ops, opsAt, rulesAt } = partsOf(bytes);
  return Array.from({ length: ops }, (_, i) => {
    const at = opsAt + OP_SIZE * i;
    const count = view.getUint8(at + OP.NARGS);
    const first = view.getUint32(at + OP.RULE, true);
    return {
      code: view.getUint8(at + OP.CODE),
      dst: view.getUint16(at + OP.DST, true),
      nr: view.getUint32(at + OP.NR, true),
      rules: Array.from({ length: view.getUint16(at + OP.RULES, true) }, (_rule, k) => [
        view.getUint32(rulesAt + 8 * (first + k), true),
        view.getUint32(rulesAt + 8 * (first + k) + 4, true),
      ]),
      kinds: Array.from({ length: count }, (_kind, k) => view.getUint8(at + OP.KINDS + k)),
      args: Array.from({ length: count }, (_arg, k) => getInt64(view, at + OP.ARGS + 8 * k)),
      expect: getInt64(view, at + OP.EXPECT),
    };
  });
}

/** The first op. */
function firstOp(encoded: Encoded): Op {
  const op = opsOf(encoded)[0];
  if (op === undefined) throw new Error("no op");
  return op;
}

t.test("the header", async (t) => {
  const encoded = encode([sys("close", [slot("a")])], { known: new Map([["a", 5]]), report: "a" });
  const { view, slots, ops, dataAt } = partsOf(encoded.bytes);
  t.equal(view.getUint32(HEADER.LENGTH, true), encoded.bytes.length);
  t.equal(view.getUint32(HEADER.ID, true), 7);
  t.equal(view.getBigUint64(HEADER.BUILD_ID, true), buildId());
  t.equal(view.getUint32(HEADER.REPORT, true), 1 + (encoded.slots.get("a") ?? Number.NaN));
  t.equal(view.getInt32(HEADER.FAIL_PC, true), -1);
  t.same({ slots, ops }, { slots: 1, ops: 2 }, "the call and the end");
  t.equal(dataAt, encoded.dataOffset);
  t.equal(getInt64(view, 64), 5, "a known slot has its value");
  t.equal(checkProgram(encoded.bytes), 0);
});

t.test("slots that are not known begin as -1", async (t) => {
  const { bytes } = encode([sys("getpid", [], { into: "pid" })]);
  t.equal(getInt64(partsOf(bytes).view, 64), -1);
  t.equal(partsOf(bytes).view.getUint32(HEADER.REPORT, true), 0, "nothing is reported");
});

t.test("a system call: number by architecture, operands, result", async (t) => {
  const calls = [sys("openat", [-100, str("/x"), slot("flags"), 1n << 33n], { into: "fd", expect: 3 })];
  const encoded = encode(calls);
  const op = firstOp(encoded);
  t.match(op, { code: OP_CODE.SYS, nr: 257, expect: 3, dst: encoded.slots.get("fd") });
  t.same(op.kinds, [OPERAND_KIND.IMMEDIATE, OPERAND_KIND.DATA, OPERAND_KIND.SLOT, OPERAND_KIND.IMMEDIATE]);
  t.same([op.args[0], op.args[3]], [-100, 2 ** 33]);
  const at = encoded.dataOffset + (op.args[1] ?? 0);
  t.same(encoded.bytes.subarray(at, at + 3), new Uint8Array([0x2f, 0x78, 0]));
  t.equal(firstOp(encode(calls, { arch: "aarch64" })).nr, 56);
  t.equal(firstOp(encode([sys("getpid", [])])).dst, NO_SLOT);
});

t.test("tolerated errnos become rules; labels become op numbers", async (t) => {
  const calls: Call[] = [
    sys("getpid", [], { tolerate: [tolerate("EPERM", "so"), tolerate("ENOENT", "so", "end")] }),
    { op: "fail", errno: "EIO", why: "" },
    label("end"),
    { op: "goto", to: "end" },
  ];
  const [call, fail, goto] = opsOf(encode(calls));
  t.same(call?.rules, [
    [1, NEXT],
    [2, 2],
  ]);
  t.match(fail, { code: OP_CODE.FAIL, args: [5] });
  t.match(goto, { code: OP_CODE.GOTO, nr: 2 });
});

t.test("labels belong to their step", async (t) => {
  const calls: Call[] = [{ op: "goto", to: "end" }, label("end")];
  const encoded = encodeProgram([{ calls }, { calls }], OPTIONS);
  t.same(
    opsOf(encoded).map((op) => op.nr),
    [1, 2, 0],
  );
  t.same(
    [0, 1].map((pc) => listOf(encoded.lists, pc)),
    [0, 1],
  );
});

t.test("an op tells its list and its call", async (t) => {
  const child: Call[] = [sys("getpid", []), sys("exit_group", [0])];
  const lists: { calls: Call[] }[] = [
    { calls: [sys("geteuid", [])] },
    { calls: [] },
    { calls: [label("here"), { op: "spawn", flags: 0, into: "child", child }] },
    { calls: [sys("fstatfs", [1, buf("b", 120)], { load: [load("type", "b", 0, 8)] })] },
  ];
  const encoded = encodeProgram(lists, OPTIONS);
  const ops = opsOf(encoded).map((_, pc) => listOf(encoded.lists, pc));
  // geteuid, spawn, fstatfs and its load, the end, and the child with its guard.
  t.same(ops, [0, 2, 3, 3, 3, 2, 2, 2]);
  t.same(
    [0, 1, 2, 3].map((list) => firstOpOf(encoded.lists, list)),
    [0, 1, 1, 2],
  );
  t.equal(callOf(encoded, lists, 1), lists[2]?.calls[1]);
  t.equal(callOf(encoded, lists, 3), lists[3]?.calls[0], "a load belongs to its call");
  t.equal(callOf(encoded, lists, 4), undefined, "the end");
  t.equal(callOf(encoded, lists, 6), child[1]);
  t.equal(callOf(encoded, lists, 99), undefined, "outside");
});

t.test("assert, branch and set", async (t) => {
  const ops = opsOf(
    encode([
      { op: "set", slot: "a", value: 9 },
      assert({ slot: "a", mask: 0xff, equals: 9, errno: "EXDEV", why: "" }),
      { op: "branch", slot: "a", equals: 9, to: "end" },
      label("end"),
    ]),
  );
  t.match(ops[0], { code: OP_CODE.SET, dst: 0, args: [9] });
  t.match(ops[1], { code: OP_CODE.ASSERT, args: [0, 0xff, 18], expect: 9 });
  t.match(ops[2], { code: OP_CODE.BRANCH, args: [0, -1], expect: 9, nr: 3 });
});

t.test("fields of a block: constants, slots stored at run time, addresses", async (t) => {
  const encoded = encode(
    [sys("openat2", [0, str("x"), block({ u32: 1 }, { slot: "fd", width: 4 }, { ptr: str("y") }), 16])],
    { known: new Map([["fd", 4]]) },
  );
  const [store, call] = opsOf(encoded);
  const at = call?.args[2] ?? Number.NaN;
  t.match(store, { code: OP_CODE.STORE, nr: 4 }, "before the call");
  t.same([store?.args[0], store?.kinds[1]], [at + 4, OPERAND_KIND.SLOT]);
  const { view, relocs, relocsAt, dataAt } = partsOf(encoded.bytes);
  t.equal(relocs, 1);
  t.equal(view.getUint32(relocsAt, true), at + 8);
  t.equal(view.getUint32(dataAt + at, true), 1);
  t.equal(checkProgram(encoded.bytes), 0);
});

t.test("loads come after their call", async (t) => {
  const encoded = encode([sys("pipe2", [buf("pair", 8), 0], { load: [load("end", "pair", 4, 4)] })]);
  const [, loaded] = opsOf(encoded);
  const pair = encoded.buffers.get("pair");
  t.match(loaded, { code: OP_CODE.LOAD, nr: 4, args: [(pair?.offset ?? 0) + 4] });
  t.equal(loaded?.dst, encoded.slots.get("end"));
});

t.test("a spawn: clone_args, the child behind the end, a guard behind the child", async (t) => {
  const call: Call = {
    op: "spawn",
    flags: 0x20000,
    into: "pid",
    pidfd: "pidfd",
    cgroup: "dir",
    child: [sys("exit_group", [0])],
  };
  const encoded = encode([call], { known: new Map([["dir", 6]]) });
  const ops = opsOf(encoded);
  t.same(
    ops.map((op) => op.code),
    [OP_CODE.STORE, OP_CODE.SPAWN, OP_CODE.LOAD, OP_CODE.END, OP_CODE.SYS, OP_CODE.FAIL],
  );
  t.equal(ops[1]?.nr, 4, "the child's first op");
  const { view, dataAt } = partsOf(encoded.bytes);
  const args = dataAt + (ops[1]?.args[0] ?? Number.NaN);
  t.equal(view.getBigUint64(args, true), 0x200021000n, "NEWNS, PIDFD and INTO_CGROUP, no shared memory");
  t.equal(view.getBigUint64(args + 32, true), 17n, "SIGCHLD");
  t.equal(checkProgram(encoded.bytes), 0);
  const shared = encode([call], { known: new Map([["dir", 6]]), shareMemory: true });
  const flags = partsOf(shared.bytes).view.getBigUint64(args, true);
  t.equal(flags, 0x200021000n | 0x100n | 0x100000000n, "CLONE_VM and CLONE_CLEAR_SIGHAND");
});

t.test("texts and vectors print known slots", async (t) => {
  const known = new Map([["pid", 42]]);
  t.equal(renderText(["/proc/", { slot: "pid" }, "/ns"], known), "/proc/42/ns");
  const encoded = encode([sys("execveat", [0, str(""), { vec: ["a", { slot: "pid" }] }, 0, 0])], { known });
  t.match(new TextDecoder("latin1").decode(encoded.bytes), /a\0+42\0/);
  t.throws(() => renderText([{ slot: "pid" }], new Map()), {
    code: "PLAN_BROKEN",
    message: "a text of the plan needs the slot pid too early",
  });
});

t.test("broken plans", async (t) => {
  const cases: [Call, RegExp][] = [
    [sys("getpid", [], { tolerate: [tolerate("ENOSUCH", "")] }), /unknown errno ENOSUCH/],
    [{ op: "fail", errno: "E", why: "" }, /unknown errno E/],
    [{ op: "goto", to: "nowhere" }, /a label that is not there: nowhere/],
    [sys("close", [str("a\0b")]), /holds a NUL byte/],
    [sys("getpid", [], { load: [load("x", "none", 0, 4)] }), /loads x from outside the buffer none/],
    [sys("pipe2", [buf("p", 8), 0], { load: [load("x", "p", 5, 4)] }), /loads x from outside the buffer p/],
    [sys("prctl", [1, 2, 3, 4, 5, 6, 7]), /a call has 7 operands/],
  ];
  for (const [call, message] of cases) {
    t.throws(() => encode([call]), { code: "PLAN_BROKEN", phase: "encode", message });
  }
});
