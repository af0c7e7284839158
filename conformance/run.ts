/**
 * Runs the OCI runtime-tools suite, one program at a time, and compares what comes of it with expected.json.
 *
 * Usage: run [--runtime PATH] [--only NAME,NAME] [--reference]
 *
 * With `--reference` nothing is expected: this shows what the suite makes of another runtime. The last line is
 * "N passed, N failed". A report is written to build/conformance/report.json, or reference.json; what the programs
 * printed is in build/conformance/output.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Expectation, parseExpected, strangers, surprise } from "./expected.ts";
import { printTable } from "./print-table.ts";
import { runProgram, SUITE } from "./program.ts";
import { failure, judge, type Run } from "./verdict.ts";

const TIMEOUT_MS = 120_000;
const SHOWN_CHARACTERS = 100;
const HEAD = ["program", "result", "ok", "not ok", "skipped", "expected", "first failure"];

interface Row extends Run {
  readonly verdict: string;
  readonly expected: string;
  readonly reason: string;
  readonly surprise: string | undefined;
}

function judged(run: Run, expected: ReadonlyMap<string, Expectation> | undefined): Row {
  const verdict = judge(run);
  const wanted = expected?.get(run.program);
  const astonishing = verdict === "fail" ? failure(run) : undefined;
  return {
    ...run,
    verdict,
    expected: expected === undefined ? "" : (wanted?.verdict ?? "not listed"),
    reason: wanted?.reason ?? "",
    surprise: expected === undefined ? astonishing : surprise(verdict, wanted),
  };
}

function cells(row: Row): string[] {
  const { ok, notOk, skipped } = row.points;
  const shown = failure(row).replaceAll(/\s+/g, " ").slice(0, SHOWN_CHARACTERS);
  return [row.program, row.verdict, `${ok}`, `${notOk}`, `${skipped}`, row.expected, shown];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { runtime: { type: "string" }, reference: { type: "boolean" }, only: { type: "string" } },
  });
  const runtime = absolute(values.runtime ?? process.env.RUNT ?? "build/runt");
  const expected =
    values.reference === true ? undefined : parseExpected(readFileSync("conformance/expected.json", "utf8"));
  const all = readdirSync(join(SUITE, "bin"))
    .filter((name) => name !== "runtimetest")
    .sort();
  const programs = chosen(all, values.only);
  const rows: Row[] = [];
  for (const program of programs) {
    const row = judged(await runProgram(program, runtime, TIMEOUT_MS), expected);
    console.error(`${row.verdict.padEnd(6)} ${program} (${row.seconds.toFixed(1)} s)`);
    rows.push(row);
  }
  writeFileSync(
    join(SUITE, expected === undefined ? "reference.json" : "report.json"),
    `${JSON.stringify({ runtime, programs: rows }, null, 2)}\n`,
  );
  return summary(rows, expected === undefined ? [] : strangers(all, expected));
}

/** Prints the table and the surprises; returns the exit status. */
function summary(rows: readonly Row[], differences: readonly string[]): number {
  console.log(printTable([HEAD, ...rows.map(cells)]));
  const sum = (count: (row: Row) => number) => rows.reduce((total, row) => total + count(row), 0);
  console.log(
    `points: ${sum((row) => row.points.ok)} ok, ${sum((row) => row.points.notOk)} not ok, ${sum((row) => row.points.skipped)} skipped`,
  );
  const surprises = rows.filter((row) => row.surprise !== undefined);
  for (const row of surprises) console.log(`failed: ${row.program}: ${row.surprise}`);
  for (const difference of differences) console.log(`failed: expected.json: ${difference}`);
  const failed = surprises.length + differences.length;
  console.log(`${rows.length - surprises.length} passed, ${failed} failed`);
  return failed === 0 && rows.length > 0 ? 0 : 1;
}

/** The absolute path of a runtime given by path or by name. */
function absolute(runtime: string): string {
  if (runtime.includes("/")) return resolve(runtime);
  return execFileSync("sh", ["-c", 'command -v "$0"', runtime], { encoding: "utf8" }).trim();
}

function chosen(all: readonly string[], only: string | undefined): readonly string[] {
  if (only === undefined) return all;
  const wanted = only.split(",");
  const strangers = wanted.filter((name) => !all.includes(name));
  if (strangers.length > 0) throw new Error(`--only: the suite has no program ${strangers.join(", ")}`);
  return wanted;
}

process.exitCode = await main();
