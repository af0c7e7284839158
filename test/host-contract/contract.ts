/** Runs the table of cases on one host: the same cases, the same expectations, whichever host it is. */
import type { Test } from "tap";
import type { RuntError } from "../../src/error/runt-error.ts";
import type { Host } from "../../src/host/port.ts";
import { HEADER, HEADER_SIZE } from "../../src/plan/format.ts";
import { type Assembled, assemble, type RawProgram } from "./assembler.ts";
import { cases } from "./cases.ts";
import { malformed } from "./malformed.ts";
import { spawnCases } from "./spawn-cases.ts";

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

function checkSlots(t: Test, assembled: Assembled, slots: NonNullable<Expected["slots"]>): void {
  for (const [slot, value] of Object.entries(slots)) {
    const found = assembled.view.getBigInt64(HEADER_SIZE + 8 * Number(slot), true);
    if (value === "positive") t.ok(found > 0n, `slot ${slot} is ${found}`);
    else t.equal(found, BigInt(value), `slot ${slot}`);
  }
}

function checkOutcome(t: Test, assembled: Assembled, expected: Expected): void {
  const { view, bytes, dataAt } = assembled;
  t.equal(view.getInt32(HEADER.FAIL_PC, true), expected.fail?.pc ?? -1, "failing op");
  t.equal(view.getInt32(HEADER.FAIL_ERRNO, true), expected.fail?.errno ?? 0, "errno");
  if (expected.fail?.value !== undefined) {
    t.equal(view.getBigInt64(HEADER.FAIL_VALUE, true), BigInt(expected.fail.value), "value");
  }
  checkSlots(t, assembled, expected.slots ?? {});
  for (const [one, other] of expected.same ?? []) {
    const value = (slot: number) => view.getBigInt64(HEADER_SIZE + 8 * slot, true);
    t.equal(value(one), value(other), `slots ${one} and ${other}`);
  }
  for (const [at, want] of Object.entries(expected.data ?? {})) {
    const from = dataAt + Number(at);
    t.same([...bytes.subarray(from, from + want.length)], want, `data at ${at}`);
  }
}

/** All cases on `host`. */
export function runContract(t: Test, host: Host): void {
  for (const { name, program, expected } of [...cases, ...spawnCases]) {
    t.test(name, (t) => {
      const assembled = assemble(program(host.arch));
      host.run(assembled.bytes);
      checkOutcome(t, assembled, expected);
      t.end();
    });
  }
  for (const { name, bytes, reason } of malformed) {
    t.test(`rejects: ${name}`, (t) => {
      const program = bytes();
      const before = program.slice();
      try {
        host.run(program);
        t.fail("the program was accepted");
      } catch (error) {
        t.match((error as RuntError).message, new RegExp(`reason ${reason}$`));
        t.equal((error as RuntError).code, "PLAN_BROKEN");
      }
      t.ok(Buffer.from(before).equals(program), "nothing was written");
      t.end();
    });
  }
}
