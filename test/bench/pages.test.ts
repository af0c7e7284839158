import t from "tap";
import { drawChart } from "../../bench/chart.ts";
import { writePage } from "../../bench/page.ts";
import { measure } from "./measures.ts";

const run = measure("run", { runt: [10, 10], "a & b": [40, 40] });

t.test("bars are as long as their medians", async (t) => {
  const svg = drawChart([run], "runt");
  const widths = [...svg.matchAll(/<rect class="(own|bar)".* width="([\d.]+)"/g)];
  t.strictSame(
    widths.map(([, kind]) => kind),
    ["own", "bar"],
  );
  t.equal(Number(widths[1]?.[2]) / Number(widths[0]?.[2]), 4);
});

t.test("the chart is well-formed, and follows the scheme of its reader", async (t) => {
  const svg = drawChart([run, { ...run, title: "<other>" }], "runt");
  t.match(svg, /a &amp; b/);
  t.match(svg, /&lt;other&gt;/);
  t.match(svg, /prefers-color-scheme: dark/);
  t.equal(svg.match(/<text/g)?.length, svg.match(/<\/text>/g)?.length);
});

t.test("the page has the facts and a table of each measure", async (t) => {
  const failed = { ...run, notes: ["crun failed: status 1"] };
  const page = writePage(
    { measures: [failed], facts: [["kernel", "Linux 6"]], absent: ["no youki"] },
    "runt",
    "runt",
  );
  t.match(page, "| kernel | Linux 6 |");
  t.match(page, "\n\nNot measured:\n\n- no youki\n\n## Results");
  t.match(page, "### Title of run (2 rounds)\n");
  t.match(
    page,
    "| runt | 10.0 | 10.0 to 10.0 | | |\n| a & b | 40.0 | 40.0 to 40.0 | 0.25 (0.25 to 0.25) | |",
  );
  t.match(page, "\n\ncrun failed: status 1\n");
});
