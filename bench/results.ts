/** A runtime as the results name it. */
export interface Subject {
  readonly id: string;
  readonly label: string;
}

/** The samples of one runtime, one of each round. */
export interface Series {
  readonly subject: Subject;
  readonly samples: readonly number[];
}

/** One thing that was measured, of every runtime that took part. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly unit: "ms" | "kB";
  readonly series: readonly Series[];
  /** Who failed, and why. */
  readonly notes: readonly string[];
}

/** The samples of runtime `id` in `measure`; undefined when it did not take part. */
export function samplesOf(measure: Measure | undefined, id: string): readonly number[] | undefined {
  return measure?.series.find(({ subject }) => subject.id === id)?.samples;
}
