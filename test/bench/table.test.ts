import t from "tap";
import { digits, printMeasure } from "../../bench/table.ts";
import { measure } from "./measures.ts";

t.test("about three digits", async (t) => {
  t.strictSame([0.123, 9.876, 10.04, 99.96, 100.4, 12345.6].map(digits), [
    "0.12",
    "9.88",
    "10.0",
    "100.0",
    "100",
    "12346",
  ]);
});

t.test("medians, quartiles, ratios and the budget", async (t) => {
  const run = measure("run", { runt: [10, 12, 14], bare: [10, 10, 10], runc: [50, 50, 50] });
  const failed = { ...run, notes: ["crun failed: status 1"] };
  t.equal(
    printMeasure(failed, [failed], "runt", "runt"),
    [
      "title of run, 3 rounds",
      "          ms     quartiles            runt / it  budget",
      "  runt  12.0  11.0 to 13.0",
      "  bare  10.0  10.0 to 10.0  1.20 (1.10 to 1.30)  <= 1.5 x met",
      "  runc  50.0  50.0 to 50.0  0.24 (0.22 to 0.26)  <= 0.2 x MISSED",
      "  crun failed: status 1",
    ].join("\n"),
  );
});

t.test("a single round has neither quartiles nor a spread", async (t) => {
  const size = measure("size", { runt: [2000], runc: [8000] }, "kB");
  t.equal(
    printMeasure(size, [size], "runt", "runt"),
    [
      "title of size",
      "          kB  quartiles  runt / it  budget",
      "  runt  2000",
      "  runc  8000                  0.25",
    ].join("\n"),
  );
});

t.test("a budget without another runtime stands in the own row", async (t) => {
  const charged = measure("charged", { runt: [300], crun: [200] }, "kB");
  const lines = printMeasure(charged, [charged], "runt", "runt").split("\n");
  t.match(lines[2], /runt.*<= 256 kB MISSED$/);
  t.notMatch(lines[3], /<=/);
});
