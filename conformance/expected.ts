import type { Verdict } from "./verdict.ts";

/** What a program is expected to come to; anything but a plain pass has a reason. */
export interface Expectation {
  readonly verdict: Verdict;
  readonly reason: string;
}

const VERDICTS: readonly string[] = ["pass", "silent", "fail"] satisfies Verdict[];

/**
 * Reads the text of expected.json: an object from program names to `"pass"` or `{"status", "reason"}`.
 *
 * @throws Error naming the entry, when a status is unknown or a reason is missing.
 */
export function parseExpected(text: string): Map<string, Expectation> {
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return new Map(entries.map(([program, entry]) => [program, parseEntry(program, entry)]));
}

function parseEntry(program: string, entry: unknown): Expectation {
  if (entry === "pass") return { verdict: "pass", reason: "" };
  const { status, reason } = (entry ?? {}) as { status?: unknown; reason?: unknown };
  if (typeof status !== "string" || status === "pass" || !VERDICTS.includes(status)) {
    throw new Error(`expected.json: ${program}: wants "pass", or a status "silent" or "fail" with a reason`);
  }
  if (typeof reason !== "string" || reason.trim() === "") {
    throw new Error(`expected.json: ${program}: status "${status}" has no reason`);
  }
  return { verdict: status as Verdict, reason };
}

/**
 * What is wrong with a verdict; undefined when it is as expected. Every program has to be listed, and an unexpected
 * pass is as wrong as an unexpected failure.
 */
export function surprise(verdict: Verdict, expected: Expectation | undefined): string | undefined {
  if (expected === undefined) return `not listed in expected.json; its result is ${verdict}`;
  if (verdict === expected.verdict) return undefined;
  return `expected ${expected.verdict}, and it is ${verdict}${verdict === "fail" ? "" : ": correct expected.json"}`;
}

/** The programs that are listed, but that the suite does not have. */
export function strangers(
  programs: readonly string[],
  expected: ReadonlyMap<string, Expectation>,
): readonly string[] {
  return [...expected.keys()].filter((program) => !programs.includes(program));
}
