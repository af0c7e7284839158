import t from "tap";
import { assert, block, buf, label, load, slot, str, sys, tolerate } from "../../src/plan/build.ts";
import type { Call } from "../../src/plan/call.ts";
import { callLine, printCall, printOperand } from "../../src/plan/print-call.ts";
import { planToJson, printPlan } from "../../src/plan/print-plan.ts";
import type { Plan, Step } from "../../src/plan/step.ts";

t.test("operands", async (t) => {
  t.equal(printOperand(7), "7");
  t.equal(printOperand(-1), "-1");
  t.equal(printOperand(-100), "AT_FDCWD");
  t.equal(printOperand(0x80000), "0x80000");
  t.equal(printOperand(1n << 40n), "0x10000000000");
  t.equal(printOperand(slot("a.fd")), "$a.fd");
  t.equal(printOperand(str('say "hi"\n')), '"say \\"hi\\"\\n"');
  t.equal(printOperand(buf("pair", 8)), "&pair");
  t.equal(printOperand({ vec: ["a", { slot: "n" }] }), '["a","$n"]');
  t.equal(printOperand({ text: [{ slot: "pid" }, "/uid_map"] }), '"$pid/uid_map"');
  t.equal(printOperand({ bytes: new Uint8Array([0x41, 0, 0xff]) }), '"A\\x00\\xff"');
  t.equal(printOperand({ bytes: new Uint8Array(25).fill(0x61) }), `"${"a".repeat(24)}"…(25 bytes)`);
});

t.test("fields", async (t) => {
  const fields = block(
    { u8: 1 },
    { u16: 2 },
    { u32: 3 },
    { u64: 4n },
    { bytes: new Uint8Array([0x42]) },
    { slot: "x", width: 8 },
    { ptr: str("deep") },
  );
  t.equal(printOperand(fields), '{1, 2, 3, 4, "B", $x, &"deep"}');
});

t.test("a system call with all that belongs to it", async (t) => {
  const call = sys("read", [slot("fd"), buf("b", 8), 1], {
    into: "length",
    expect: 1,
    load: [load("first", "b", 0, 4)],
    tolerate: [tolerate("EINTR", "asked again"), tolerate("EIO", "told below", "bad")],
  });
  t.same(printCall(call), [
    "$length = read($fd, &b, 1) == 1",
    "  $first = b[0..+4]",
    "  EINTR: go on (asked again)",
    "  EIO: go to bad (told below)",
  ]);
  t.equal(callLine(call), "$length = read($fd, &b, 1) == 1");
});

t.test("the other calls", async (t) => {
  const cases: [Call, string][] = [
    [
      assert({ slot: "t", mask: 0xf000, equals: 1, errno: "EXDEV", why: "no" }),
      "assert $t & 0xf000 == 1, else EXDEV: no",
    ],
    [assert({ slot: "t", equals: 2, errno: "EIO", why: "no" }), "assert $t == 2, else EIO: no"],
    [{ op: "branch", slot: "t", mask: 3, equals: 1, to: "end" }, "if $t & 3 == 1 go to end"],
    [{ op: "branch", slot: "t", equals: 1, to: "end" }, "if $t == 1 go to end"],
    [{ op: "set", slot: "t", value: str("x") }, '$t = "x"'],
    [{ op: "goto", to: "end" }, "go to end"],
    [label("end"), "end:"],
    [{ op: "watch", fd: "pipe", mask: 0x4002n }, "watch signals 0x4002 on $pipe"],
    [{ op: "fail", errno: "EINVAL", why: "because" }, "fail EINVAL: because"],
  ];
  for (const [call, line] of cases) t.same(printCall(call), [line]);
});

t.test("a spawn names the namespaces and shows the child", async (t) => {
  const call: Call = {
    op: "spawn",
    flags: 0x20000 | 0x10000000 | 0x20000000,
    into: "pid",
    cgroup: "dir",
    child: [sys("setsid", []), sys("exit_group", [0])],
  };
  t.same(printCall(call), [
    "$pid = clone3(NEWNS|NEWUSER|NEWPID, cgroup=$dir), the child:",
    "  | setsid()",
    "  | exit_group(0)",
  ]);
  t.equal(callLine(call), "$pid = clone3(NEWNS|NEWUSER|NEWPID, cgroup=$dir)");
  t.match(printCall({ op: "spawn", flags: 0, into: "pid", child: [] }), ["$pid = clone3(0), the child:"]);
});

const one: Step = { kind: "open", from: "/root/path", title: "open it", calls: [sys("close", [slot("a")])] };
const PLAN: Plan = { version: 1, host: [one], init: [{ ...one, title: "close it" }], imports: ["a", "b"] };

t.test("a whole plan, and its outline", async (t) => {
  t.equal(
    printPlan(PLAN),
    [
      "plan version 1: 1 steps of the parent, 1 of init",
      "",
      "parent:",
      "  1. open it  [/root/path]",
      "       close($a)",
      "",
      "init (inherits a, b):",
      "  1. close it  [/root/path]",
      "       close($a)",
      "",
    ].join("\n"),
  );
  const outline = printPlan(PLAN, { calls: false });
  t.notMatch(outline, /close\(/);
  t.match(outline, / {2}1\. open it {2}\[\/root\/path\]\n/);
});

t.test("the JSON has bytes as numbers and bigints as text", async (t) => {
  const calls: Call[] = [
    sys("write", [1, { bytes: new Uint8Array([1, 255]) }, 2]),
    { op: "watch", fd: "a", mask: 1n << 63n },
  ];
  const parsed = JSON.parse(planToJson({ ...PLAN, host: [{ ...one, calls }] }));
  t.same(parsed.host[0].calls[0].args[1], { bytes: [1, 255] });
  t.equal(parsed.host[0].calls[1].mask, "9223372036854775808");
  t.same(parsed.imports, ["a", "b"]);
});
