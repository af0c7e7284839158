import t from "tap";
import { createNodeHost } from "../../src/host-node/host.ts";
import { HEADER_SIZE } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble } from "./assembler.ts";
import { runContract } from "./contract-tap.ts";
import { machineCases } from "./machine-cases.ts";

const host = createNodeHost({
  libraryPath: "build/native/libruntsys.so",
  initPath: "build/native/runt-init",
});

const getpid = { code: "SYS", nr: syscallNumber("getpid", host.arch), dst: 0 } as const;

t.test("the contract on Node", (t) => {
  runContract(t, host);
  t.end();
});

t.test("the contract on a real kernel", (t) => {
  runContract(t, host, machineCases);
  t.end();
});

t.test("system calls are those of this process", (t) => {
  const { bytes, view } = assemble({ slots: [-1], ops: [getpid, { code: "END" }] });
  host.run(bytes);
  t.equal(view.getBigInt64(HEADER_SIZE, true), BigInt(process.pid));
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
