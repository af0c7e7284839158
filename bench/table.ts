import { budgets, judge, type Verdict } from "./budget.ts";
import { type Measure, type Series, samplesOf } from "./results.ts";
import { pairedRatios, type Summary, summarize } from "./statistics.ts";

/** A row for people: what a runtime needed, what runt needs beside it, what the budget says of that. */
export interface Row {
  readonly label: string;
  readonly median: string;
  readonly quartiles: string;
  readonly ratio: string;
  readonly budget: string;
}

/** A number with about three digits. */
export function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

const spread = ({ low, high }: Summary): string => `${digits(low)} to ${digits(high)}`;

function ratioText(own: readonly number[] | undefined, series: Series): string {
  if (own === undefined || own === series.samples || own.length !== series.samples.length) return "";
  const ratio = summarize(pairedRatios(own, series.samples));
  return own.length === 1 ? digits(ratio.median) : `${digits(ratio.median)} (${spread(ratio)})`;
}

function verdictText(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ text, met }) => `${text} ${met ? "met" : "MISSED"}`).join(", ");
}

/** The rows of one measure; `own` is the id of the runtime that the others are compared with. */
export function rowsOf(measure: Measure, measures: readonly Measure[], own: string): Row[] {
  const mine = samplesOf(measure, own);
  const verdicts = budgets
    .filter((budget) => budget.measure === measure.id)
    .map((budget) => judge(budget, measures, own))
    .filter((verdict) => verdict !== undefined);
  return measure.series.map((series) => {
    const summary = summarize(series.samples);
    // A budget without another runtime stands in the own row.
    const about = verdicts.filter(({ budget: { base = "own" } }) => {
      return base === series.subject.id || (base === "own" && series.subject.id === own);
    });
    return {
      label: series.subject.label,
      median: digits(summary.median),
      quartiles: summary.count === 1 ? "" : spread(summary),
      ratio: ratioText(mine, series),
      budget: verdictText(about),
    };
  });
}

/** The headings of a measure's columns. */
export function headings(measure: Measure, ownLabel: string): Row {
  return {
    label: "",
    median: measure.unit,
    quartiles: "quartiles",
    ratio: `${ownLabel} / it`,
    budget: "budget",
  };
}

/** How many rounds the measure was taken in. */
export function roundsOf(measure: Measure): number {
  return Math.max(0, ...measure.series.map(({ samples }) => samples.length));
}

/** The measure as text for a terminal. */
export function printMeasure(
  measure: Measure,
  measures: readonly Measure[],
  own: string,
  ownLabel: string,
): string {
  const rows = [headings(measure, ownLabel), ...rowsOf(measure, measures, own)];
  const width = (column: keyof Row): number => Math.max(...rows.map((row) => row[column].length));
  const lines = rows.map((row) => {
    const cells = [
      row.label.padEnd(width("label")),
      row.median.padStart(width("median")),
      row.quartiles.padStart(width("quartiles")),
      row.ratio.padStart(width("ratio")),
      row.budget,
    ];
    return `  ${cells.join("  ").trimEnd()}`;
  });
  const rounds = roundsOf(measure);
  const title = `${measure.title}${rounds > 1 ? `, ${rounds} rounds` : ""}`;
  return [title, ...lines, ...measure.notes.map((note) => `  ${note}`)].join("\n");
}
