/** 64-bit integers in a DataView, little endian, without the cost of BigInt where a number is exact. */

/** Writes `value` (a safe integer, or a bigint taken modulo 2^64) as eight bytes at `at`. */
export function putInt64(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return;
  }
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 4294967296), true);
}

/** The signed eight bytes at `at` as a number; exact within the safe integers. */
export function getInt64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
}
