/**
 * The contract of hosts: the same cases, the same expectations, whichever host it is. ECMAScript only, like all that it
 * imports: it runs inside the embedded engine as well.
 */
import { RuntError } from "../../src/error/runt-error.ts";
import type { Host } from "../../src/host/port.ts";
import { HEADER, HEADER_SIZE } from "../../src/plan/format.ts";
import { type Assembled, assemble, type RawProgram } from "./assembler.ts";
import { cases } from "./cases.ts";
import { type Check, type Clause, equal } from "./clause.ts";
import { malformed } from "./malformed.ts";
import { spawnCases } from "./spawn-cases.ts";
import { textCases } from "./text-cases.ts";

/** What a program must have left behind. */
export interface Expected {
  /** Final values by slot; "positive" is any number above zero. */
  slots?: Readonly<Record<number, number | bigint | "positive">>;
  /** Pairs of slots that must have the same value. */
  same?: readonly (readonly [number, number])[];
  /** Bytes of the data by offset. */
  data?: Readonly<Record<number, readonly number[]>>;
  /** The failure that the header must tell; none means that the program must reach its end. */
  fail?: { pc: number; errno: number; value?: number | bigint };
}

export interface Case {
  name: string;
  program: (arch: Host["arch"]) => RawProgram;
  expected: Expected;
}

function checkSlots({ view }: Assembled, expected: Expected): Check[] {
  const valueIn = (slot: number) => view.getBigInt64(HEADER_SIZE + 8 * slot, true);
  const checks = Object.entries(expected.slots ?? {}).map(([slot, value]) => {
    const found = valueIn(Number(slot));
    if (value !== "positive") return equal(`slot ${slot}`, found, BigInt(value));
    return { name: `slot ${slot}`, ok: found > 0n, found: String(found), wanted: value };
  });
  for (const [one, other] of expected.same ?? []) {
    checks.push(equal(`slots ${one} and ${other}`, valueIn(one), valueIn(other)));
  }
  return checks;
}

function checkOutcome(assembled: Assembled, expected: Expected): Check[] {
  const { view, bytes, dataAt } = assembled;
  const { fail } = expected;
  const checks = [
    equal("failing op", view.getInt32(HEADER.FAIL_PC, true), fail?.pc ?? -1),
    equal("errno", view.getInt32(HEADER.FAIL_ERRNO, true), fail?.errno ?? 0),
  ];
  if (fail?.value !== undefined) {
    checks.push(equal("value", view.getBigInt64(HEADER.FAIL_VALUE, true), BigInt(fail.value)));
  }
  checks.push(...checkSlots(assembled, expected));
  for (const [at, want] of Object.entries(expected.data ?? {})) {
    const from = dataAt + Number(at);
    checks.push(equal(`data at ${at}`, [...bytes.subarray(from, from + want.length)], want));
  }
  return checks;
}

/** The index of the first byte that is not the same, or -1. By words, since the largest program has 64 MB. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const words = one.length >> 2;
  const [left, right] = [one, other].map(
    ({ buffer, byteOffset }) => new Int32Array(buffer, byteOffset, words),
  );
  let i = 0;
  while (i < words && left?.[i] === right?.[i]) i++;
  for (i *= 4; i < one.length; i++) if (one[i] !== other[i]) return i;
  return -1;
}

function checkRejection(host: Host, program: Uint8Array, reason: number): Check[] {
  const before = program.slice();
  let [code, message] = ["none", "the program was accepted"];
  try {
    host.run(program);
  } catch (error) {
    if (!(error instanceof RuntError)) throw error;
    code = error.code;
    message = error.message;
  }
  return [
    equal("code", code, "PLAN_BROKEN"),
    equal("reason", message.slice(message.lastIndexOf(" ") + 1), String(reason)),
    equal("first byte that was written to", firstDifference(before, program), -1),
  ];
}

/** All that hosts of every kind have in common. */
export const contract: readonly Clause[] = [
  ...[...cases, ...spawnCases].map(({ name, program, expected }) => ({
    name,
    check: (host: Host) => {
      const assembled = assemble(program(host.arch));
      host.run(assembled.bytes);
      return checkOutcome(assembled, expected);
    },
  })),
  ...malformed.map(({ name, bytes, reason }) => ({
    name: `rejects: ${name}`,
    check: (host: Host) => checkRejection(host, bytes(), reason),
  })),
  ...textCases,
];
