import t from "tap";
import { createNodeHost } from "../../src/host-node/host.ts";
import { HEADER, HEADER_SIZE, NEXT } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp } from "./assembler.ts";
import { runContract } from "./contract.ts";

const EINTR = 4;
const SIGALRM = 14;
const O_CLOEXEC = 0o2000000;

const host = createNodeHost({
  libraryPath: "build/native/libruntsys.so",
  initPath: "build/native/runt-init",
});

t.test("the contract on Node", (t) => {
  runContract(t, host);
  t.end();
});

t.test("a program runs in place, wherever it lies in a larger memory", (t) => {
  const getpid = { code: "SYS", nr: syscallNumber("getpid", host.arch), dst: 0 } as const;
  const { bytes } = assemble({ slots: [-1], ops: [getpid, { code: "END" }] });
  for (const offset of [0, 1, 4, 7, 8, 4093]) {
    const memory = new Uint8Array(offset + bytes.length + 9).fill(0xaa);
    memory.set(bytes, offset);
    host.run(memory.subarray(offset, offset + bytes.length));
    const pid = new DataView(memory.buffer).getBigInt64(offset + HEADER_SIZE, true);
    t.equal(pid, BigInt(process.pid), `offset ${offset}`);
    t.ok(memory.subarray(offset + bytes.length).every((byte) => byte === 0xaa));
  }
  t.end();
});

/** Arms a 20 ms timer whose signal is watched, then polls nothing for 60 ms; gives the result of ppoll. */
function interruptedPoll(rules: NonNullable<RawOp["rules"]>): bigint {
  const data = new Uint8Array(64);
  const view = new DataView(data.buffer);
  view.setBigInt64(24, 20_000n, true);
  view.setBigInt64(40, 60_000_000n, true);
  const { bytes, view: after } = assemble({
    slots: [-1, -1],
    data,
    ops: [
      { code: "SYS", nr: syscallNumber("pipe2", host.arch), args: [{ data: 48 }, O_CLOEXEC] },
      { code: "LOAD", nr: 4, dst: 0, args: [52] },
      { code: "WATCH", args: [{ slot: 0 }, 1 << (SIGALRM - 1)] },
      { code: "SYS", nr: host.arch === "x86_64" ? 38 : 103, args: [0, { data: 0 }, 0] },
      { code: "SYS", nr: syscallNumber("ppoll", host.arch), dst: 1, args: [0, 0, { data: 32 }, 0, 8], rules },
      { code: "END" },
    ],
  });
  host.run(bytes);
  t.equal(after.getInt32(HEADER.FAIL_ERRNO, true), 0);
  return after.getBigInt64(HEADER_SIZE + 8, true);
}

t.test("an interrupted call is made again unless a rule wants to know", (t) => {
  t.equal(interruptedPoll([]), 0n);
  t.equal(interruptedPoll([[EINTR, NEXT]]), BigInt(-EINTR));
  t.end();
});

t.test("what the process was started with", (t) => {
  t.equal(host.argv0, process.argv[1]);
  t.same(host.argv, process.argv.slice(2));
  t.ok(host.env.includes(`PATH=${process.env.PATH}`));
  t.same([...host.init.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46]);
  t.end();
});

t.test("missing native parts are named", (t) => {
  t.throws(() => createNodeHost({ libraryPath: "/nonexistent/lib.so" }), {
    code: "HOST_UNSUPPORTED",
    message: /\/nonexistent\/lib\.so/,
  });
  const broken = createNodeHost({ libraryPath: "build/native/libruntsys.so", initPath: "/nonexistent/init" });
  t.throws(() => broken.init, { code: "HOST_UNSUPPORTED", message: /\/nonexistent\/init/ });
  t.end();
});
