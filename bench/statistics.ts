/** What is told about a list of samples. */
export interface Summary {
  readonly median: number;
  /** The lower quartile. */
  readonly low: number;
  /** The upper quartile. */
  readonly high: number;
  readonly count: number;
}

/** The `q`-quantile (0 to 1) of ascending numbers, interpolated between neighbours. Throws when there are none. */
export function quantile(ascending: readonly number[], q: number): number {
  const position = q * (ascending.length - 1);
  const below = ascending[Math.floor(position)];
  const above = ascending[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new Error("a quantile of no numbers");
  return below + (above - below) * (position - Math.floor(position));
}

/** Median and quartiles of samples in any order. Throws when there are none. */
export function summarize(samples: readonly number[]): Summary {
  const ascending = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(ascending, 0.5),
    low: quantile(ascending, 0.25),
    high: quantile(ascending, 0.75),
    count: ascending.length,
  };
}

/**
 * The ratios of samples that were taken in the same round, so that what slows a whole round down cancels out. Throws
 * when the lists differ in length.
 */
export function pairedRatios(samples: readonly number[], base: readonly number[]): number[] {
  if (samples.length !== base.length) throw new Error(`${samples.length} samples beside ${base.length}`);
  return samples.map((sample, round) => sample / (base[round] ?? Number.NaN));
}
