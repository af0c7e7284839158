import type { Measure } from "./results.ts";
import { summarize } from "./statistics.ts";
import { digits } from "./table.ts";

const WIDTH = 760;
const LABELS = 150;
const VALUES = 90;
const BAR = 16;
const PITCH = 24;
const HEADING = 34;
const FONT = "font-family:system-ui,sans-serif;font-size:13px";

const STYLE = `
text{${FONT};fill:#1f2328}
.title{font-weight:600}
.own{fill:#0969da}
.bar{fill:#8c959f}
.whisker{stroke:#1f2328;stroke-width:1.5;fill:none}
@media (prefers-color-scheme: dark){
text{fill:#e6edf3}
.own{fill:#4493f8}
.bar{fill:#6e7681}
.whisker{stroke:#e6edf3}
}`;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** The bars of one measure, the first at `top`. */
function panel(measure: Measure, own: string, top: number): string {
  const rows = measure.series.map(({ subject, samples }) => ({ subject, ...summarize(samples) }));
  const most = Math.max(...rows.map(({ high }) => high));
  const x = (value: number): string => (LABELS + (value / most) * (WIDTH - LABELS - VALUES)).toFixed(1);
  const bars = rows.map(({ subject, median, low, high }, index) => {
    const y = top + HEADING + index * PITCH;
    const middle = y + BAR / 2;
    const width = (Number(x(median)) - LABELS).toFixed(1);
    const value = `${digits(median)} ${measure.unit}`;
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escapeText(subject.label)}</text>`,
      `<rect class="${subject.id === own ? "own" : "bar"}" x="${LABELS}" y="${y}" width="${width}" height="${BAR}"/>`,
      ...(low === high
        ? []
        : [
            `<path class="whisker" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${y + 4}v8M${x(high)} ${y + 4}v8"/>`,
          ]),
      `<text x="${(Number(x(high)) + 8).toFixed(1)}" y="${middle + 4}">${value}</text>`,
    ].join("\n");
  });
  return [
    `<text class="title" x="8" y="${top + 20}">${escapeText(measure.title.trim())}</text>`,
    ...bars,
  ].join("\n");
}

/**
 * Draws a bar for each runtime of each measure: the median, with the quartiles as whiskers.
 * @param own the id of the runtime whose bars stand out
 * @returns an SVG document that follows the reader's light or dark scheme
 */
export function drawChart(measures: readonly Measure[], own: string): string {
  let height = 8;
  const panels: string[] = [];
  for (const measure of measures) {
    panels.push(panel(measure, own, height));
    height += HEADING + measure.series.length * PITCH + 12;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    `<style>${STYLE}</style>`,
    ...panels,
    "</svg>\n",
  ].join("\n");
}
