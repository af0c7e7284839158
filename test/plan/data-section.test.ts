import t from "tap";
import { decodeUtf8, putUtf8 } from "../../src/bytes/utf8.ts";
import { DataSection } from "../../src/plan/data-section.ts";

/** The bytes so far. */
function bytesOf(data: DataSection): Uint8Array {
  const { buffer, byteOffset, byteLength } = data.content;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

t.test("every piece begins at a multiple of eight, zeroed", async (t) => {
  const data = new DataSection(putUtf8);
  t.same([data.reserve(1), data.reserve(8), data.reserve(9), data.reserve(0)], [0, 8, 16, 32]);
  t.equal(bytesOf(data).length, 32);
  t.ok(bytesOf(data).every((byte) => byte === 0));
});

t.test("a string ends in NUL, is stored once and holds no NUL itself", async (t) => {
  const data = new DataSection(putUtf8);
  const at = data.string("grün");
  t.equal(data.string("grün"), at);
  t.not(data.string("gruen"), at);
  t.equal(decodeUtf8(bytesOf(data).subarray(at, at + 6)), "grün\0");
  const { length } = data;
  t.equal(data.string("a\0b"), -1);
  t.equal(data.length, length, "nothing is stored of it");
});

t.test("a string whose bytes end at a multiple of eight still has its NUL", async (t) => {
  const data = new DataSection(putUtf8);
  const at = data.string("12345678");
  const next = data.string("x");
  t.equal(next, at + 16);
  t.equal(decodeUtf8(bytesOf(data).subarray(at, at + 9)), "12345678\0");
});

t.test("constants are copies", async (t) => {
  const data = new DataSection(putUtf8);
  const bytes = new Uint8Array([1, 2, 3]);
  const at = data.constant(bytes);
  bytes[0] = 9;
  t.same([...bytesOf(data).subarray(at, at + 3)], [1, 2, 3]);
  t.not(data.constant(bytes), at);
});

t.test("a buffer keeps its place until a larger one is asked for", async (t) => {
  const data = new DataSection(putUtf8);
  const small = data.buffer("pair", 8);
  t.equal(data.buffer("pair", 4), small);
  t.equal(data.buffer("pair", 8), small);
  t.not(data.buffer("other", 8), small);
  const large = data.buffer("pair", 16);
  t.not(large, small);
  t.equal(data.buffer("pair", 8), large);
  t.same(data.buffers.get("pair"), { offset: large, size: 16 });
});

t.test("integers are little endian in each width, at any place", async (t) => {
  const data = new DataSection(putUtf8);
  const at = data.reserve(40);
  data.put(at, 1, 0xab);
  data.put(at + 2, 2, 0x1234);
  data.put(at + 4, 4, 0xdeadbeef);
  data.put(at + 8, 8, -1);
  data.put(at + 16, 8, 0x123456789abcdef0n);
  data.put(at + 26, 8, 0x1122334455667788n);
  const text = Array.from(bytesOf(data).subarray(at, at + 34), (byte) => byte.toString(16).padStart(2, "0"));
  t.equal(text.join(""), `ab003412efbeadde${"ff".repeat(8)}f0debc9a785634120000${"8877665544332211"}`);
});

t.test("what is written before the memory grows stays", async (t) => {
  const data = new DataSection(putUtf8);
  const at = data.string("first");
  const far = data.reserve(100_000);
  data.put(far + 99_992, 8, 77);
  data.copy(far, new Uint8Array([9, 9]));
  const bytes = bytesOf(data);
  t.equal(decodeUtf8(bytes.subarray(at, at + 5)), "first");
  t.equal(bytes[far], 9);
  t.equal(bytes[far + 99_992], 77);
  t.equal(bytes.length, 8 + 100_000);
});
