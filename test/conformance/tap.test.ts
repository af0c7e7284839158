import t from "tap";
import { parseTap } from "../../conformance/tap.ts";

t.test("points are counted over several streams, skipped ones apart", async (t) => {
  const text = [
    "TAP version 13",
    "ok 1 - first",
    "not ok 2 - second",
    "ok 3 # SKIP third",
    "1..3",
    "TAP version 13",
    "ok 1 - fourth",
    "not ok 2 - fifth",
    "not ok 3 # TODO sixth",
    "1..3",
    "",
  ].join("\n");
  t.same(parseTap(text), { ok: 2, notOk: 2, skipped: 2, firstFailure: "second", firstError: undefined });
});

t.test("points of a container inside a diagnostic do not count", async (t) => {
  const text = ["  ---", '  "stdout": "x', "ok 1 - inner", "not ok 2 - inner", "  ...", "ok 1 - outer"].join(
    "\n",
  );
  t.match(parseTap(text), { ok: 1, notOk: 0, firstFailure: undefined });
});

t.test("the first error of the diagnostics is kept", async (t) => {
  const text = [
    "  ---",
    "  {",
    '    "error": "it broke",',
    '    "error": "again"',
    "  }",
    "  ...",
    "1..0",
  ].join("\n");
  t.match(parseTap(text), { ok: 0, notOk: 0, firstError: "it broke" });
});

t.test("other lines are no points", async (t) => {
  const text = ["okay 1", "# ok 1", " ok 1 - indented", "file exists", "1..0"].join("\n");
  t.same(parseTap(text), { ok: 0, notOk: 0, skipped: 0, firstFailure: undefined, firstError: undefined });
});

t.test("a point named like a directive is a point", async (t) => {
  t.match(parseTap("ok 1 - skipping is fine"), { ok: 1, skipped: 0 });
});
