// Runs the compiled tests of build/test, each file in a Node process of its own, and reads the TAP that it prints.
// Usage: run-tests.mjs [FILTER...]; a filter is a part of a test's path, for example "spec" or "golden".
// Last line: "N passed, N failed", counting assertions. Exits 1 when anything failed or nothing ran.
// A test that drives the program runs on each of PROGRAMS; with RUNT set, on that one only.
// FAILED_BEFORE=1 counts a failure that happened before the tests.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BUILT = "build/test";
/** Tests of the machine itself: they run one at a time, after the others. */
const ALONE = /^(test\/(integration|managers|vm)|conformance)\//;
/** The program on the embedded host and on Node. */
const PROGRAMS = ["build/runt", "build/runt-node"];
const JOBS = 2;
const TIMEOUT_MS = 600_000;
/** A file's output is closed this long after its end, or something that it started still runs. */
const LET_GO_MS = 5000;
const SHOWN_CHARACTERS = 4000;

const POINT = /^(not )?ok \d+(?: - (.*?))?(?: # (skip|todo|time=)(.*?))?$/i;
const PLAN = /^1\.\.(\d+)(?: # skip ?(.*))?$/i;

/** Reads the TAP of one file: how many assertions passed, the failed ones as text, the skipped ones with reasons. */
function readTap(text) {
  const found = { passed: 0, failures: [], skipped: [], planned: undefined, points: 0 };
  const lines = text.split("\n");
  const path = [];
  let depthBefore = 0;
  for (let i = 0; i < lines.length; i++) {
    const [, space, rest] = /^((?: {4})*)(.*)$/.exec(lines[i]);
    const depth = space.length / 4;
    const title = /^# Subtest: (.*)$/.exec(rest)?.[1];
    if (title !== undefined) path.splice(depth, path.length, title);
    const plan = PLAN.exec(rest);
    const point = POINT.exec(rest);
    if (plan === null && point === null) continue;
    // A point below deeper lines sums up a subtest, whose assertions are counted already.
    const sum = depthBefore > depth;
    depthBefore = depth;
    if (depth === 0 && plan !== null) found.planned = Number(plan[1]);
    if (depth === 0 && point !== null) found.points++;
    if (plan !== null) {
      if (depth === 0 && plan[2] !== undefined) found.skipped.push(plan[2]);
      continue;
    }
    const details = blockAfter(lines, i, space);
    i += details.length;
    countPoint(found, point, [...path.slice(0, depth), point[2] ?? ""].join(" > "), sum, details);
  }
  return found;
}

function countPoint(found, [, failed, , directive, reason], name, sum, details) {
  if (/^(skip|todo)$/i.test(directive ?? "")) found.skipped.push(`${name}: ${reason.trim() || directive}`);
  else if (sum) return;
  else if (failed === undefined) found.passed++;
  else found.failures.push([name, ...details].join("\n"));
}

/** The YAML block below the test point at `i`. */
function blockAfter(lines, i, space) {
  if (lines[i + 1] !== `${space}  ---`) return [];
  const end = lines.indexOf(`${space}  ...`, i);
  return lines.slice(i + 1, end < 0 ? lines.length : end + 1);
}

/** What kept the file from running to its end; undefined when nothing did. */
function broken({ status, late, held, tap }) {
  if (late) return `not done after ${TIMEOUT_MS / 1000} s`;
  if (tap.planned === undefined) return `ended with ${status} before it had planned its tests`;
  if (tap.planned !== tap.points) return `planned ${tap.planned} tests and ran ${tap.points}`;
  if (held) return "left a process that holds its output open";
  return status !== "status 0" && tap.failures.length === 0 ? `ended with ${status}` : undefined;
}

/** One run of a file, or one for each program when it drives them. */
function runsOf(file) {
  const drives = readFileSync(join(BUILT, file), "utf8").includes("process.env.RUNT");
  if (!drives || process.env.RUNT !== undefined) return [{ file, program: process.env.RUNT }];
  return PROGRAMS.map((program) => ({ file, program }));
}

/** Runs one file to its end. */
function runFile({ file, program }) {
  const began = performance.now();
  const result = { file, program, stdout: "", stderr: "", status: "", late: false, held: false };
  // A process group of its own, so that a file that takes too long is ended with all that it started.
  const child = spawn(process.execPath, [join(BUILT, file)], {
    detached: true,
    // tap gives up after 30 s by itself.
    env: {
      ...process.env,
      TAP_TIMEOUT: String(TIMEOUT_MS / 1000),
      ...(program === undefined ? {} : { RUNT: program }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => {
      result[name] += text;
    });
  }
  const timer = setTimeout(() => {
    result.late = true;
    process.kill(-child.pid, "SIGKILL");
  }, TIMEOUT_MS);
  child.on("exit", (code, signal) => {
    clearTimeout(timer);
    result.status = signal ?? `status ${code}`;
    const letGo = setTimeout(() => {
      result.held = true;
      child.stdout.destroy();
      child.stderr.destroy();
    }, LET_GO_MS);
    child.on("close", () => clearTimeout(letGo));
  });
  return new Promise((resolve) => {
    child.on("close", () => {
      resolve({ ...result, seconds: (performance.now() - began) / 1000, tap: readTap(result.stdout) });
    });
  });
}

/** Prints what became of one file; failures with all that is known. */
function report(result) {
  const { tap, seconds } = result;
  const fault = broken(result);
  const failures = fault === undefined ? tap.failures : [...tap.failures, fault];
  const failed = failures.length === 0 ? "" : `, ${failures.length} failed`;
  const skipped = tap.skipped.length === 0 ? "" : `, ${tap.skipped.length} skipped`;
  const on = result.program === undefined ? "" : ` on ${result.program}`;
  const source = result.file.replace(/\.mjs$/, ".ts") + on;
  console.log(
    `${failed === "" ? "ok  " : "FAIL"} ${source}: ${tap.passed} passed${failed}${skipped} (${seconds.toFixed(1)} s)`,
  );
  for (const failure of failures) console.log(`  failed: ${failure.replaceAll("\n", "\n  ")}`);
  if (failed !== "" && result.stderr !== "") console.log(result.stderr.slice(-SHOWN_CHARACTERS));
  return {
    passed: tap.passed,
    failed: failures.length,
    skipped: tap.skipped.map((line) => `${source}: ${line}`),
  };
}

/** Runs the files, `jobs` at a time, each reported as soon as it is done. */
async function runAll(files, jobs) {
  const waiting = [...files];
  const done = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      done.push(report(await runFile(file)));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return done;
}

const filters = process.argv.slice(2);
const files = readdirSync(BUILT, { recursive: true })
  .filter((file) => file.endsWith(".test.mjs"))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort()
  .flatMap(runsOf);
const done = [
  ...(await runAll(
    files.filter(({ file }) => !ALONE.test(file)),
    JOBS,
  )),
  ...(await runAll(
    files.filter(({ file }) => ALONE.test(file)),
    1,
  )),
];
for (const line of done.flatMap(({ skipped }) => skipped)) console.log(`skipped: ${line}`);
if (files.length === 0) console.log(`no test matches ${filters.join(" ")}`);
const passed = done.reduce((sum, result) => sum + result.passed, 0);
const failed = done.reduce((sum, result) => sum + result.failed, process.env.FAILED_BEFORE === "1" ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
