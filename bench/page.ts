import type { Measure } from "./results.ts";
import { headings, type Row, roundsOf, rowsOf } from "./table.ts";

const INTRODUCTION = `# Benchmark

This page and its chart are written by \`npm run bench -- --write\`, as root, from one run on one machine. Times are whole
processes, from before the start of a command to its end, taken by a small launcher (\`bench/launch.c\`) that stays. In
each round every runtime has its turn, so that what changes on the machine meanwhile hits all alike; the first round is
thrown away. A table has medians and quartiles; the ratios beside them are made in each round and then summed up in the
same way. Containers run in a private mount namespace in which a hybrid host's cgroup2 mount is unmounted, because crun
refuses such hosts.

- **bare C program** (\`bench/bare.c\`) makes the system calls of runc's default config by hand and can do nothing else:
  no runtime can be much faster.
- **empty static C** and **/bin/true** are processes that do nothing, as often as a runtime's commands are needed.
- The memory of a process includes what its executable and libraries have mapped and touched. The kernel charges a
  cgroup in batches of up to 64 pages (256 kB) for each processor; the smallest limit with which a program of a few
  hundred bytes runs three times of three is exact.
`;

function row({ label, median, quartiles, ratio, budget }: Row): string {
  return `| ${[label, median, quartiles, ratio, budget].join(" | ")} |`.replace(/ {2,}/g, " ");
}

function section(measure: Measure, measures: readonly Measure[], own: string, ownLabel: string): string {
  const rounds = roundsOf(measure);
  const title = measure.title.trim();
  return [
    `### ${title.charAt(0).toUpperCase()}${title.slice(1)}${rounds > 1 ? ` (${rounds} rounds)` : ""}`,
    "",
    row(headings(measure, ownLabel)),
    "|---|--:|--:|--:|---|",
    ...rowsOf(measure, measures, own).map(row),
    ...measure.notes.map((note) => `\n${note}`),
    "",
  ].join("\n");
}

/** What a run of the benchmark has found. */
export interface Findings {
  readonly measures: readonly Measure[];
  /** Machine and programs, as pairs of name and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** What was not measured, and why. */
  readonly absent: readonly string[];
}

/** Writes docs/benchmark.md: what was measured where, the chart, and a table of each measure. */
export function writePage({ measures, facts, absent }: Findings, own: string, ownLabel: string): string {
  return [
    INTRODUCTION,
    "![bars of the medians with quartiles](benchmark.svg)\n",
    "## Machine and programs\n",
    "| | |\n|---|---|",
    ...facts.map(([name, value]) => `| ${name} | ${value} |`),
    ...(absent.length > 0 ? ["\nNot measured:\n", ...absent.map((line) => `- ${line}`)] : []),
    "\n## Results\n",
    ...measures.map((measure) => section(measure, measures, own, ownLabel)),
  ].join("\n");
}
