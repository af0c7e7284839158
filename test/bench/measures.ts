import type { Measure } from "../../bench/results.ts";

/** A measure whose runtimes are named by their ids. */
export function measure(
  id: string,
  samples: Readonly<Record<string, readonly number[]>>,
  unit: Measure["unit"] = "ms",
): Measure {
  const series = Object.entries(samples).map(([name, values]) => ({
    subject: { id: name, label: name },
    samples: values,
  }));
  return { id, title: `title of ${id}`, unit, series, notes: [] };
}
