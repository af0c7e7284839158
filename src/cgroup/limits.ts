import { RuntError } from "../error/runt-error.ts";
import { fieldOf } from "../spec/pointer.ts";
import type { Spec } from "../spec/types.ts";

export type Resources = NonNullable<NonNullable<Spec["linux"]>["resources"]>;

/** One value for one cgroup file, traced to its field. */
export interface LimitWrite {
  /** The controller that the file belongs to, for example "memory". */
  controller: string;
  file: string;
  /** The text to write; several lines are written one by one. */
  value: string;
  /** JSON pointer of the field. */
  pointer: string;
  /** The value as a person reads it, where that differs: "64 MiB". */
  shown?: string | undefined;
  /** Why it is no failure when the file does not exist. */
  ifMissing?: string | undefined;
  /** What to write instead when `file` does not exist. */
  otherwise?: { file: string; value: string } | undefined;
}

/** Something that the config asks for and that is left out on purpose. */
export interface CgroupWarning {
  pointer: string;
  message: string;
}

/** Values and warnings of one part of linux.resources. */
export interface Limits {
  writes: readonly LimitWrite[];
  warnings: readonly CgroupWarning[];
}

export const RESOURCES = "/linux/resources";

/** A field whose value no cgroup can take. */
export function invalidValue(pointer: string, value: unknown, reason: string): RuntError {
  return new RuntError({
    code: "SPEC_INVALID",
    message: `${fieldOf(pointer)} ${JSON.stringify(value)}: ${reason}`,
    phase: "cgroup",
    pointer,
  });
}

/** A field that this host's kind of cgroups cannot carry out. */
export function unsupportedField(pointer: string, reason: string, hint?: string): RuntError {
  return new RuntError({
    code: "HOST_UNSUPPORTED",
    message: `${fieldOf(pointer)}: ${reason}`,
    phase: "cgroup",
    pointer,
    hint,
  });
}

const S64_MAX = 9223372036854775807n;
const U64_MAX = 18446744073709551615n;

function exact(value: number, most: bigint): string {
  if (Number.isSafeInteger(value)) return String(value);
  const big = BigInt(Math.trunc(value));
  // A JSON number near 2^63 or 2^64 is rounded up by one when it is parsed; the kernel would refuse that.
  return String(big > most ? most : big);
}

/** Decimal text of a field of type int64. */
export function int64Text(value: number): string {
  return exact(value, S64_MAX);
}

/** Decimal text of a field of type uint64. */
export function uint64Text(value: number): string {
  return exact(value, U64_MAX);
}

/** A number of bytes as a person reads it, exact: "64 MiB", "1000 bytes". */
export function showBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value !== 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${uint64Text(value)} ${units[unit]}`;
}

/** True for a number that is given and not 0; 0 means "not set" for most fields of linux.resources. */
export function isSet(value: number | undefined): value is number {
  return value !== undefined && value !== 0;
}

export const NO_LIMIT = "no limit is asked for, and without the controller there is none";

/** Text, shown form and tolerance of a byte limit where -1 means none and prints as `unlimited`. */
export function byteLimit(
  pointer: string,
  value: number,
  unlimited: "max" | "-1",
): Pick<LimitWrite, "value" | "shown" | "ifMissing"> {
  if (value < -1) throw invalidValue(pointer, value, "is below -1 (no limit)");
  if (value === -1) return { value: unlimited, ifMissing: NO_LIMIT };
  return { value: int64Text(value), shown: showBytes(value) };
}

const PAGE_SIZE = /^[1-9][0-9]*[KMG]B$/;

/** Checks a hugepage size, for example "2MB", and gives it back; it becomes part of a file name. */
export function pageSize(pointer: string, size: string): string {
  if (!PAGE_SIZE.test(size)) throw invalidValue(`${pointer}/pageSize`, size, 'is no page size such as "2MB"');
  return size;
}

/** Checks a device number of a blockIO entry and gives "major:minor". */
export function deviceNumber(pointer: string, entry: { major: number; minor: number }): string {
  if (entry.major < 0) throw invalidValue(`${pointer}/major`, entry.major, "is negative");
  if (entry.minor < 0) throw invalidValue(`${pointer}/minor`, entry.minor, "is negative");
  return `${entry.major}:${entry.minor}`;
}
