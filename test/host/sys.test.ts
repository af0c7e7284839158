import t from "tap";
import { OneCall } from "../../src/host/one-call.ts";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { block, buf, str } from "../../src/plan/build.ts";

const host = createNodeHost({
  libraryPath: "build/native/libruntsys.so",
  initPath: "build/native/runt-init",
});

t.test("what fits into the program of one call", async (t) => {
  t.ok(OneCall.fits([1, 2n, str("/x"), buf("b", 65536), { bytes: new Uint8Array(8) }]));
  t.ok(OneCall.fits([block({ u32: 1 }, { u64: 2 })]));
  t.notOk(OneCall.fits([block({ u32: 1 }, { ptr: str("x") })]), "an address inside a block");
  t.notOk(OneCall.fits([{ slot: "fd" }]));
  t.notOk(OneCall.fits([{ bytes: new Uint8Array(100_000) }]), "too long");
  t.notOk(OneCall.fits([str("x".repeat(30_000))]), "perhaps too long");
});

t.test("nothing of a call is left for the next one", async (t) => {
  const sys = new Sys(host);
  const [reader, writer] = sys.pipe();
  sys.write(writer, "grün, and a longer text");
  t.equal(sys.readText(reader, 100), "grün, and a longer text");
  sys.write(writer, "x");
  const bytes = sys.read(reader, 100);
  t.same([...bytes], [120]);
  sys.write(writer, "yz");
  sys.read(reader, 100);
  t.same([...bytes], [120], "what read gave is the caller's");
  t.equal(sys.call("fcntl", [reader, 1]), 1, "F_GETFD without its third operand");
  sys.close(reader);
  sys.close(writer);
});

t.test("negative and wide operands arrive whole", async (t) => {
  const sys = new Sys(host);
  const fd = sys.call("memfd_create", [str("wide"), 1]);
  t.equal(sys.call("lseek", [fd, 2 ** 33 + 5, 0]), 2 ** 33 + 5);
  t.equal(sys.call("lseek", [fd, -4, 1]), 2 ** 33 + 1);
  t.equal(sys.call("lseek", [fd, 7n, 1]), 2 ** 33 + 8);
  t.equal(sys.call("lseek", [fd, 0, 1]), 2 ** 33 + 8, "nothing is left of the wide operand");
  sys.close(fd);
});

t.test("a write larger than the program's room", async (t) => {
  const sys = new Sys(host);
  const fd = sys.call("memfd_create", [str("large"), 1]);
  const text = "0123456789abcdef".repeat(20_000);
  sys.write(fd, text);
  sys.call("lseek", [fd, 0, 0]);
  t.equal(Buffer.from(sys.readAll(fd)).toString(), text);
  sys.close(fd);
});

t.test("a long text at the start of a file, in pieces", async (t) => {
  const sys = new Sys(host);
  const fd = sys.call("memfd_create", [str("text"), 1]);
  sys.write(fd, "0123456789abcdef".repeat(20_000));
  sys.call("lseek", [fd, 0, 0]);
  const text = sys.readText(fd, 300_001);
  t.equal(text.length, 300_001);
  t.equal(text.slice(-17), "0123456789abcdef0");
  t.equal(
    sys.read(fd, 1_000_000).length,
    320_000 - 300_001,
    "the rest, which is less than what one read takes",
  );
  sys.close(fd);
});

t.test("errors carry the call and the errno; tolerated ones come back negative", async (t) => {
  const sys = new Sys(host);
  t.throws(() => sys.open("/nonexistent/x", 0), {
    code: "STEP_FAILED",
    errno: "ENOENT",
    message: /^openat2\(AT_FDCWD, "\/nonexistent\/x", .*: ENOENT: no such file or directory$/,
  });
  t.equal(sys.open("/nonexistent/x", 0, 0, ["ENOENT"]), -2);
  t.throws(() => sys.open("a\0b", 0), { code: "PLAN_BROKEN", message: /NUL/ });
});

t.test("poll tells the events of each fd", async (t) => {
  const sys = new Sys(host);
  const [reader, writer] = sys.pipe();
  t.same(sys.poll([{ fd: reader, events: 1 }], 0), [0]);
  sys.write(writer, "x");
  const entries = [
    { fd: -1, events: 1 },
    { fd: reader, events: 1 },
  ];
  t.same(sys.poll(entries, -1), [0, 1]);
  sys.close(reader);
  sys.close(writer);
});
