/**
 * 64-bit integers, little endian as every machine that runt knows, without the cost of BigInt where a number is exact.
 */

/** The low 32 bits of `value` (a safe integer, or a bigint taken modulo 2^64), as an Int32Array takes them. */
export function wideLow(value: number | bigint): number {
  return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
}

/** The high 32 bits of `value` (a safe integer, or a bigint taken modulo 2^64), as an Int32Array takes them. */
export function wideHigh(value: number | bigint): number {
  if (typeof value === "number") return Math.floor(value / 4294967296);
  return Number(BigInt.asIntN(32, value >> 32n));
}

/** The signed eight bytes at `at` as a number; exact within the safe integers. */
export function getInt64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}

/** The signed 64 bits that the words at `at` hold, as a number; exact within the safe integers. */
export function wideAt(words: Int32Array, at: number): number {
  return (words[at + 1] as number) * 4294967296 + ((words[at] as number) >>> 0);
}
