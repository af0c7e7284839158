import { readFileSync } from "node:fs";
import t from "tap";
import { ERROR_CODES } from "../../src/error/codes.ts";

t.test("docs/errors.md lists the catalogue, with a cure for each code", async (t) => {
  const page = readFileSync("docs/errors.md", "utf8");
  const rows = page
    .slice(page.indexOf("## Catalogue"))
    .split("\n")
    .filter((line) => /^\| [A-Z_]+ \|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  t.same(
    rows.map((row) => [row[1], row[2]]),
    Object.entries(ERROR_CODES),
  );
  for (const row of rows) t.not(row[3], "", `${row[1]} has a cure`);
});
