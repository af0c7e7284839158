import t from "tap";
import { decodeUtf8 } from "../../src/bytes/utf8.ts";
import { DataSection } from "../../src/plan/data-section.ts";

t.test("every piece begins at a multiple of eight, zeroed", async (t) => {
  const data = new DataSection();
  t.same([data.reserve(1), data.reserve(8), data.reserve(9), data.reserve(0)], [0, 8, 16, 32]);
  t.equal(data.content.length, 32);
  t.ok(data.content.every((byte) => byte === 0));
});

t.test("a string ends in NUL and is stored once", async (t) => {
  const data = new DataSection();
  const at = data.string("grün");
  t.equal(data.string("grün"), at);
  t.not(data.string("gruen"), at);
  t.equal(decodeUtf8(data.content.subarray(at, at + 6)), "grün\0");
});

t.test("short constants are stored once, long ones as often as asked for", async (t) => {
  const data = new DataSection();
  t.equal(data.constant(new Uint8Array([1, 2])), data.constant(new Uint8Array([1, 2])));
  t.not(data.constant(new Uint8Array([1, 2])), data.constant(new Uint8Array([1, 2, 0])));
  const long = new Uint8Array(65).fill(7);
  t.not(data.constant(long), data.constant(long));
});

t.test("a string is not taken for bytes of the same text", async (t) => {
  const data = new DataSection();
  t.not(data.string("1,2"), data.constant(new Uint8Array([1, 2])));
});

t.test("a vector is addresses of strings and a NULL", async (t) => {
  const data = new DataSection();
  const b = data.string("b");
  const at = data.vector(["a", "b"]);
  t.equal(data.vector(["a", "b"]), at);
  t.same(data.relocations, [
    { at, target: data.string("a") },
    { at: at + 8, target: b },
  ]);
  t.same(data.content.subarray(at + 16, at + 24), new Uint8Array(8));
  const empty = data.vector([]);
  t.equal(data.relocations.length, 2);
  t.not(empty, at);
});

t.test("a buffer keeps its place until a larger one is asked for", async (t) => {
  const data = new DataSection();
  const small = data.buffer("pair", 8);
  t.equal(data.buffer("pair", 4), small);
  t.equal(data.buffer("pair", 8), small);
  t.not(data.buffer("other", 8), small);
  const large = data.buffer("pair", 16);
  t.not(large, small);
  t.equal(data.buffer("pair", 8), large);
  t.same(data.buffers.get("pair"), { offset: large, size: 16 });
});

t.test("integers are little endian in each width", async (t) => {
  const data = new DataSection();
  const at = data.reserve(32);
  data.put(at, 1, 0xab);
  data.put(at + 2, 2, 0x1234);
  data.put(at + 4, 4, 0xdeadbeef);
  data.put(at + 8, 8, -1);
  data.put(at + 16, 8, 0x123456789abcdef0n);
  const text = Array.from(data.content.subarray(at, at + 24), (byte) => byte.toString(16).padStart(2, "0"));
  t.equal(text.join(""), `ab003412efbeadde${"ff".repeat(8)}f0debc9a78563412`);
});

t.test("what is written before the memory grows stays", async (t) => {
  const data = new DataSection();
  const at = data.string("first");
  const far = data.reserve(100_000);
  data.put(far + 99_992, 8, 77);
  data.copy(far, new Uint8Array([9, 9]));
  t.equal(decodeUtf8(data.content.subarray(at, at + 5)), "first");
  t.equal(data.content[far], 9);
  t.equal(data.content[far + 99_992], 77);
  t.equal(data.content.length, 8 + 100_000);
});
