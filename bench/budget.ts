import { type Measure, samplesOf } from "./results.ts";
import { summarize } from "./statistics.ts";

/** What a measure of runt may be at most: `factor` times a base, plus `plus` in the measure's unit. */
export interface Budget {
  readonly measure: string;
  /** Whose samples are the base; "own" for runt's own of another measure; undefined when `plus` is all. */
  readonly base?: string;
  readonly baseMeasure?: string;
  readonly factor: number;
  readonly plus: number;
}

export interface Verdict {
  readonly budget: Budget;
  readonly text: string;
  readonly met: boolean;
}

const ratio = (measure: string, base: string, factor: number): Budget => ({ measure, base, factor, plus: 0 });
const quick = (measure: string): Budget => ({ measure, base: "true", factor: 1.5, plus: 3 });

/** The budget of the project, line by line. */
export const budgets: readonly Budget[] = [
  ratio("run", "crun-static", 0.7),
  ratio("run", "crun-debian", 0.5),
  ratio("run", "runc", 0.2),
  ratio("run", "bare", 1.5),
  ratio("lifecycle", "crun-static", 0.6),
  ratio("lifecycle", "runc", 0.25),
  ratio("exec", "crun-static", 0.6),
  quick("state"),
  quick("kill"),
  quick("list"),
  ratio("peak", "crun-static", 1),
  ratio("peak", "crun-debian", 1),
  { measure: "charged", factor: 0, plus: 256 },
  ratio("smallest", "crun-static", 1),
  ratio("smallest", "crun-debian", 1),
  { measure: "mounts-1000", base: "own", baseMeasure: "mounts-100", factor: 10, plus: 0 },
];

/** What the budget says, for example "<= 1.5 x + 3 ms". */
export function budgetText({ factor, plus }: Budget, unit: string): string {
  const parts = [...(factor > 0 ? [`${factor} x`] : []), ...(plus > 0 ? [`${plus} ${unit}`] : [])];
  return `<= ${parts.join(" + ")}`;
}

/**
 * Judges the medians of `own` by a budget.
 * @returns undefined when what was measured does not tell.
 */
export function judge(budget: Budget, measures: readonly Measure[], own: string): Verdict | undefined {
  const measure = measures.find(({ id }) => id === budget.measure);
  const samples = samplesOf(measure, own);
  if (measure === undefined || samples === undefined) return undefined;
  let limit = budget.plus;
  if (budget.base !== undefined) {
    const other = measures.find(({ id }) => id === (budget.baseMeasure ?? budget.measure));
    const base = samplesOf(other, budget.base === "own" ? own : budget.base);
    if (base === undefined) return undefined;
    limit += budget.factor * summarize(base).median;
  }
  return { budget, text: budgetText(budget, measure.unit), met: summarize(samples).median <= limit };
}
