// npm run bench: times runt beside other runtimes and judges it by the project's budget. Started by bench/bench.sh.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bundles } from "./bundles.ts";
import { drawChart } from "./chart.ts";
import { able, perform } from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";
import { Ground } from "./ground.ts";
import { Interrupted, Launcher } from "./launcher.ts";
import { removeCgroups } from "./leftovers.ts";
import { load, machineFacts } from "./machine.ts";
import { type Options, readOptions } from "./options.ts";
import { type Findings, writePage } from "./page.ts";
import type { Measure } from "./results.ts";
import { findRuntimes, type Runtime, which } from "./runtimes.ts";
import { measureSizes } from "./size.ts";
import { printMeasure } from "./table.ts";

const SIZE = "size";
/** The load average above which others disturb the benchmark. */
const BUSY = 0.5;
/** What the chart shows; the tables have everything. */
const CHARTED = ["run", "lifecycle", "exec", "state", "list", "mounts-1000", "at-once", "peak", "smallest"];

const say = (line: string): void => console.log(line);

async function measureAll(
  runtimes: readonly Runtime[],
  ground: Ground,
  options: Options,
): Promise<Measure[]> {
  const wanted = (name: string): boolean => options.only.length === 0 || options.only.includes(name);
  const measures: Measure[] = [];
  const own = ownOf(runtimes);
  const tell = (found: readonly Measure[]): void => {
    measures.push(...found);
    for (const measure of found) say(`\n${printMeasure(measure, measures, own.id, own.label)}`);
  };
  for (const [name, make] of EXPERIMENTS) {
    if (wanted(name)) tell(await perform(make(ground), runtimes, ground, options.rounds));
  }
  if (wanted(SIZE)) tell(measureSizes(runtimes));
  return measures;
}

/** The runtime that is compared with the others: runt as it is released, else runt on Node. */
function ownOf(runtimes: readonly Runtime[]): Runtime {
  const own = runtimes.find(({ id }) => id === "runt") ?? runtimes.find(({ id }) => id === "runt-node");
  if (own === undefined) throw new Error("there is no runt: neither build/runt nor build/runt-node");
  return own;
}

/** Leaves out what is far off the scale of the rest: processes that do nothing, and Node beside the static binary. */
function charted(measures: readonly Measure[], own: Runtime): Measure[] {
  return measures
    .filter(({ id, series }) => CHARTED.includes(id) && series.length > 0)
    .map((measure) => ({
      ...measure,
      series: measure.series.filter(
        ({ subject: { id } }) => id === own.id || !["runt-node", "empty", "true"].includes(id),
      ),
    }));
}

function write(found: Findings, own: Runtime): void {
  writeFileSync("docs/benchmark.svg", drawChart(charted(found.measures, own), own.id));
  writeFileSync("docs/benchmark.md", writePage(found, own.id, own.label));
  say("\nwrote docs/benchmark.md and docs/benchmark.svg");
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, [...EXPERIMENTS.keys(), SIZE]);
  const runc = which("runc");
  if (runc === undefined)
    throw new Error("runc is missing, whose default config is what is run: apt-get install runc");
  const busy = load();
  if (busy > BUSY) say(`this machine is busy (load ${busy.toFixed(1)}): the times will be far apart`);
  // Folders of state are where runtimes have theirs.
  const work = mkdtempSync("/run/runt-bench-");
  const image = mkdtempSync(join(tmpdir(), "runt-bench-"));
  const prefix = `runt-bench-${process.pid}-`;
  const launcher = new Launcher("build/bench/launch", join(work, "log"));
  const ground = new Ground(launcher, new Bundles(image, runc), work, prefix);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => launcher.interrupt());
  try {
    const absent: string[] = [];
    const miss = (line: string): void => {
      absent.push(line);
      say(line);
    };
    const runtimes = await able(findRuntimes(miss), ground, miss);
    const facts = machineFacts(runtimes, options.rounds, busy);
    const measures = await measureAll(runtimes, ground, options);
    if (options.write) write({ measures, facts, absent }, ownOf(runtimes));
  } finally {
    launcher.resume();
    await ground.removeAll();
    launcher.close();
    for (const folder of removeCgroups(prefix)) say(`a runtime left the cgroup ${folder}; it is removed`);
    rmSync(work, { recursive: true });
    rmSync(image, { recursive: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
