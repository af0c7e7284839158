import t from "tap";
import { HEADER, HEADER_SIZE, NEXT } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp } from "./assembler.ts";
import { runContract } from "./contract-tap.ts";
import { createFakeHost } from "./fake-host.ts";

const EINTR = 4;
const close = (rules: RawOp["rules"] = []): RawOp => ({
  code: "SYS",
  nr: syscallNumber("close", "x86_64"),
  dst: 0,
  args: [5],
  rules,
});
const getpid: RawOp = { code: "SYS", nr: syscallNumber("getpid", "x86_64"), dst: 0 };

t.test("the contract on the fake", (t) => {
  runContract(t, createFakeHost());
  t.end();
});

t.test("calls are recorded and fail when told to", (t) => {
  const host = createFakeHost();
  host.kernel.fail("getpid", "EPERM", 1);
  const { bytes, view } = assemble({ slots: [0], ops: [getpid, getpid, { code: "END" }] });
  host.run(bytes);
  t.equal(view.getInt32(HEADER.FAIL_PC, true), 1);
  t.equal(view.getInt32(HEADER.FAIL_ERRNO, true), 1);
  t.same(
    host.kernel.calls.map((call) => [call.name, call.result]),
    [
      ["getpid", 1000],
      ["getpid", -1],
    ],
  );
  t.end();
});

t.test("an interrupted call is made again unless a rule wants to know", (t) => {
  const host = createFakeHost();
  host.kernel.fail("getpid", "EINTR");
  const again = assemble({ slots: [0], ops: [getpid, { code: "END" }] });
  host.run(again.bytes);
  t.equal(again.view.getBigInt64(HEADER_SIZE, true), 1000n);
  host.kernel.fail("getpid", "EINTR");
  const told = assemble({ slots: [0], ops: [{ ...getpid, rules: [[EINTR, NEXT]] }, { code: "END" }] });
  host.run(told.bytes);
  t.equal(told.view.getBigInt64(HEADER_SIZE, true), BigInt(-EINTR));
  t.equal(host.kernel.calls.length, 3);
  t.end();
});

t.test("an interrupted close has closed", (t) => {
  const host = createFakeHost();
  host.kernel.fail("close", "EINTR");
  const program = assemble({ slots: [-1], ops: [close(), { code: "END" }] });
  host.run(program.bytes);
  t.equal(program.view.getBigInt64(HEADER_SIZE, true), 0n);
  t.equal(host.kernel.calls.length, 1);
  t.end();
});
