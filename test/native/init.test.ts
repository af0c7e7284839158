import t from "tap";
import { createNodeHost } from "../../src/host-node/host.ts";
import { HEADER, RECORD_MAGIC } from "../../src/plan/format.ts";
import { type SyscallName, syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp } from "../host-contract/assembler.ts";
import { type Ending, launch, pipe } from "./launch.ts";

const host = createNodeHost({
  libraryPath: "build/native/libruntsys.so",
  initPath: "build/native/runt-init",
});
const nr = (name: SyscallName) => syscallNumber(name, host.arch);
const [reportRead, reportWrite] = pipe(host);

const EXITED = 1;
const KILLED = 2;
const EBADF = 9;
const ENOEXEC = 8;
const EINVAL = 22;
const SIGPIPE = 13;
const SIGTERM = 15;
const REJECT_CODE = -13;

/** A program for runt-init whose slot 0 is the report fd. */
function program(ops: readonly RawOp[], data: Uint8Array | number = 0) {
  return assemble({ slots: [reportWrite, 0, 0], report: 0, id: 7, ops, data });
}

/** The record that `ending` left, as numbers. */
function record({ report }: Ending): Record<string, number> {
  const view = new DataView(report.buffer, report.byteOffset, report.byteLength);
  return {
    length: report.length,
    magic: view.getUint32(0, true),
    id: view.getUint32(4, true),
    pc: view.getInt32(8, true),
    errno: view.getInt32(12, true),
    value: Number(view.getBigInt64(16, true)),
  };
}

const recordOf = (pc: number, errno: number, value: number) => ({
  length: 24,
  magic: RECORD_MAGIC,
  id: 7,
  pc,
  errno,
  value,
});

for (const share of [true, false]) {
  t.test(`a program that ends is exit 0 and says nothing, memory shared: ${share}`, (t) => {
    const ending = launch(host, program([{ code: "END" }]).bytes, reportRead, { share });
    t.match(ending, { code: EXITED, status: 0 });
    t.equal(ending.report.length, 0);
    t.end();
  });
}

t.test("a failing op is a record and exit 255", (t) => {
  const { bytes } = program([
    { code: "SET", dst: 1, args: [5] },
    { code: "SYS", nr: nr("close"), args: [-1] },
    { code: "END" },
  ]);
  const ending = launch(host, bytes, reportRead);
  t.match(ending, { code: EXITED, status: 255 });
  t.same(record(ending), recordOf(1, EBADF, -EBADF));
  t.end();
});

t.test("without a report slot a failure is exit 255 only", (t) => {
  const { bytes } = assemble({ slots: [reportWrite], ops: [{ code: "FAIL", args: [EINVAL] }] });
  const ending = launch(host, bytes, reportRead);
  t.match(ending, { code: EXITED, status: 255 });
  t.equal(ending.report.length, 0);
  t.end();
});

t.test("the program's fd is closed before the first op", (t) => {
  const list: RawOp[] = [];
  for (let fd = 3; fd < 60; fd++) {
    // fcntl(fd, F_GET_SEALS) succeeds on memfds only.
    const rules = [EBADF, EINVAL].map((errno) => [errno, fd - 2] as const);
    list.push({ code: "SYS", nr: nr("fcntl"), dst: 1, args: [fd, 1034], rules, flags: 1, expect: -1 });
  }
  t.match(launch(host, program([...list, { code: "END" }]).bytes, reportRead), { code: EXITED, status: 0 });
  t.end();
});

t.test("ignored and blocked signals do not reach the program", (t) => {
  const mask = Uint8Array.from([0, 0x40, 0, 0, 0, 0, 0, 0]);
  const before: RawOp[] = [{ code: "SYS", nr: nr("rt_sigprocmask"), args: [0, { data: 280 }, 0, 8] }];
  for (const signal of [SIGPIPE, SIGTERM]) {
    const { bytes } = program([
      { code: "SYS", nr: nr("getpid"), dst: 1 },
      { code: "SYS", nr: nr("kill"), args: [{ slot: 1 }, signal] },
      { code: "END" },
    ]);
    const ending = launch(host, bytes, reportRead, { before, extra: mask });
    t.match(ending, { code: KILLED, status: signal }, `signal ${signal}`);
  }
  t.end();
});

t.test("a child of runt-init has its own memory and its own failure", (t) => {
  const data = new Uint8Array(216);
  data[32] = 17;
  const { bytes } = program(
    [
      { code: "SPAWN", dst: 1, nr: 6, args: [{ data: 0 }] },
      { code: "SYS", nr: nr("waitid"), args: [1, { slot: 1 }, { data: 88 }, 4, 0] },
      { code: "LOAD", nr: 4, dst: 1, args: [88 + 24] },
      { code: "ASSERT", args: [{ slot: 1 }, -1, EINVAL], expect: 255 },
      { code: "ASSERT", args: [{ slot: 2 }, -1, EINVAL], expect: 0 },
      { code: "END" },
      { code: "SET", dst: 2, args: [9] },
      { code: "FAIL", args: [EBADF] },
    ],
    data,
  );
  const ending = launch(host, bytes, reportRead);
  t.match(ending, { code: EXITED, status: 0 });
  t.same(record(ending), recordOf(7, EBADF, 0));
  t.end();
});

t.test("runt-init has no stack for a child that shares its memory", (t) => {
  const data = new Uint8Array(88);
  data[1] = 1;
  data[32] = 17;
  const { bytes } = program([{ code: "SPAWN", dst: 1, nr: 1, args: [{ data: 0 }] }, { code: "END" }], data);
  const ending = launch(host, bytes, reportRead);
  t.match(ending, { code: EXITED, status: 255 });
  t.same(record(ending), recordOf(0, EINVAL, -EINVAL));
  t.end();
});

t.test("a malformed program is exit 254, with a record where the header is sound", (t) => {
  const watch = program([{ code: "WATCH", args: [{ slot: 0 }, 1] }, { code: "END" }]).bytes;
  const rejected = launch(host, watch, reportRead);
  t.match(rejected, { code: EXITED, status: 254 });
  t.same(record(rejected), recordOf(-1, ENOEXEC, REJECT_CODE));
  const foreign = program([{ code: "END" }]);
  foreign.view.setBigUint64(HEADER.BUILD_ID, 1n, true);
  for (const bytes of [foreign.bytes, new Uint8Array(0), new Uint8Array(63), new Uint8Array(5000)]) {
    const ending = launch(host, bytes, reportRead);
    t.match(ending, { code: EXITED, status: 254 });
    t.equal(ending.report.length, 0);
  }
  t.end();
});

t.test("a wrong argument is exit 254", (t) => {
  for (const argument of [
    undefined,
    "",
    "x",
    "-1",
    "3x",
    " 3",
    "99999",
    "2147483648",
    "18446744073709551619",
  ]) {
    const ending = launch(host, program([{ code: "END" }]).bytes, reportRead, { argument });
    t.match(ending, { code: EXITED, status: 254 }, `argument ${argument}`);
  }
  t.end();
});
