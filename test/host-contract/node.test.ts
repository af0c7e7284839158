import t from "tap";
import { createNodeHost } from "../../src/host-node/host.ts";
import { HEADER_SIZE } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble } from "./assembler.ts";
import { runContract } from "./contract.ts";

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
