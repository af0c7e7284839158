/** The table of what the specification demands: each demand has a test, or the reason why it has none. */
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { parseExpected } from "../../conformance/expected.ts";

interface Row {
  readonly id: string;
  readonly spec: string;
  readonly level: string;
  readonly statement: string;
  readonly status: string;
  readonly test?: string;
  readonly reason?: string;
}

const ROWS = JSON.parse(readFileSync("conformance/must-table.json", "utf8")) as Row[];
const EXPECTED = parseExpected(readFileSync("conformance/expected.json", "utf8"));

/** A test is a file, or "suite:NAME" for a program of the OCI suite that runt passes. */
function isThere(test: string | undefined): boolean {
  if (test === undefined) return false;
  const program = /^suite:(.*)$/.exec(test)?.[1];
  if (program === undefined) return /^test\/.+\.(test\.ts|json)$/.test(test) && existsSync(test);
  const verdict = EXPECTED.get(program)?.verdict;
  return verdict === "pass" || verdict === "silent";
}

/** What is wrong with a row; undefined when nothing is. */
function fault(row: Row): string | undefined {
  if (!/^[A-Z]{3}-\d\d$/.test(row.id)) return "the id is not like ABC-01";
  if (!/^[a-z-]+\.md#[a-z0-9-]+$/.test(row.spec))
    return `"${row.spec}" is no page and anchor of the specification`;
  if (!["MUST", "MUST NOT", "REQUIRED"].includes(row.level)) return `"${row.level}" is no level`;
  if (row.statement.trim() === "") return "there is no statement";
  if (row.status === "test") {
    if (row.reason !== undefined) return "a tested row needs no reason";
    return isThere(row.test) ? undefined : `the test ${row.test} is not there, or is not passed`;
  }
  if (!["later", "not-applicable"].includes(row.status)) return `"${row.status}" is no status`;
  if (row.test !== undefined) return `the status is "${row.status}", and yet it names a test`;
  return (row.reason ?? "").trim() === "" ? "there is no reason" : undefined;
}

t.test("every row is whole, and its test is there", async (t) => {
  t.ok(ROWS.length > 250);
  for (const row of ROWS) t.equal(fault(row), undefined, row.id);
});

t.test("ids and statements are unique", async (t) => {
  const ids = ROWS.map((row) => row.id);
  t.same(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    [],
  );
  const statements = ROWS.map((row) => `${row.spec} ${row.statement}`);
  t.same(
    statements.filter((text, i) => statements.indexOf(text) !== i),
    [],
  );
});

t.test("faults are found", async (t) => {
  const good: Row = {
    id: "ABC-01",
    spec: "a.md#b",
    level: "MUST",
    statement: "s",
    status: "later",
    reason: "r",
  };
  t.equal(fault(good), undefined);
  const { reason: _, ...bare } = good;
  const bad: readonly Row[] = [
    { ...good, id: "ABC-1" },
    { ...good, spec: "a#b" },
    { ...good, level: "SHOULD" },
    { ...good, statement: "" },
    { ...good, status: "done" },
    { ...good, reason: " " },
    { ...good, test: "test/version.test.ts" },
    bare,
    { ...bare, status: "test" },
    { ...bare, status: "test", test: "test/nowhere.test.ts" },
    { ...bare, status: "test", test: "suite:hooks" },
    { ...bare, status: "test", test: "suite:nowhere" },
  ];
  for (const row of bad) t.type(fault(row), "string", JSON.stringify(row));
  t.equal(fault({ ...bare, status: "test", test: "suite:state" }), undefined);
  t.equal(fault({ ...bare, status: "test", test: "test/version.test.ts" }), undefined);
});
