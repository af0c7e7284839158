import type { Ground } from "./ground.ts";
import { ProgramFailed } from "./launcher.ts";
import type { Measure, Series } from "./results.ts";
import type { Runtime } from "./runtimes.ts";

/** What a number of a sample is. */
export type Output = Pick<Measure, "id" | "title" | "unit">;

/** Something to measure, over and over, on each runtime in turn. */
export interface Experiment {
  /** What a sample's numbers are. */
  readonly outputs: readonly Output[];
  /** The part of the rounds that it takes, at most 1; 0 for a single one. */
  readonly share: number;
  /** The first round fills caches and does not count. */
  readonly warmUp: boolean;
  /** Whether the runtime takes part. */
  takes(runtime: Runtime): boolean;
  before?(runtime: Runtime): Promise<void>;
  /** One sample: a number for each output. */
  sample(runtime: Runtime): Promise<number[]>;
}

/** Does `work`; when a program fails, the runtime takes no further part, and a note says so. */
async function attempt(
  runtime: Runtime,
  failed: Map<Runtime, string>,
  work: () => Promise<void>,
): Promise<void> {
  if (failed.has(runtime)) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    failed.set(runtime, `${runtime.label} failed: ${error.message}`);
  }
}

/**
 * Does an experiment: one sample of each runtime in turn, round after round, so that whatever changes on the machine
 * meanwhile hits all alike. Afterwards none of its containers is left.
 */
export async function perform(
  experiment: Experiment,
  runtimes: readonly Runtime[],
  ground: Ground,
  allRounds: number,
): Promise<Measure[]> {
  const taking = runtimes.filter((runtime) => experiment.takes(runtime));
  const rounds = Math.max(1, Math.round(allRounds * experiment.share));
  const failed = new Map<Runtime, string>();
  const samples = new Map<Runtime, number[][]>(taking.map((runtime) => [runtime, []]));
  for (const runtime of taking) await attempt(runtime, failed, async () => experiment.before?.(runtime));
  for (let round = experiment.warmUp ? -1 : 0; round < rounds; round++) {
    for (const runtime of taking) {
      await attempt(runtime, failed, async () => {
        const sample = await experiment.sample(runtime);
        if (round >= 0) samples.get(runtime)?.push(sample);
      });
    }
  }
  await ground.removeAll();
  const notes = [...failed.values()];
  return experiment.outputs.map((output, index) => {
    const series = taking
      .filter((runtime) => !failed.has(runtime))
      .map((runtime): Series => {
        const own = samples.get(runtime) ?? [];
        return { subject: runtime, samples: own.map((sample) => sample[index] ?? Number.NaN) };
      });
    return { ...output, series, notes };
  });
}

/** The runtimes that can run a container here at all; `say` hears which cannot, and why. */
export async function able(
  runtimes: readonly Runtime[],
  ground: Ground,
  say: (line: string) => void,
): Promise<Runtime[]> {
  const bundle = ground.bundles.of("true");
  const failed = new Map<Runtime, string>();
  for (const runtime of runtimes) {
    await attempt(runtime, failed, async () => void (await ground.run(runtime, bundle, 5)));
  }
  for (const note of failed.values()) say(`${note}; it is left out`);
  return runtimes.filter((runtime) => !failed.has(runtime));
}
