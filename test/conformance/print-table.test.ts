import t from "tap";
import { printTable } from "../../conformance/print-table.ts";

t.test("columns are aligned, and no line ends in spaces", async (t) => {
  t.equal(
    printTable([
      ["name", "n", "why"],
      ["long name", "10", ""],
      ["x", "", "y"],
    ]),
    "name       n   why\nlong name  10\nx              y",
  );
});

t.test("nothing to print", async (t) => {
  t.equal(printTable([]), "");
});
