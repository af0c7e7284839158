import { readFileSync } from "node:fs";
import t from "tap";
import { parseExpected, strangers, surprise } from "../../conformance/expected.ts";

t.test("the project's own list is well-formed", async (t) => {
  const expected = parseExpected(readFileSync("conformance/expected.json", "utf8"));
  t.equal(expected.size, 58, "every program of the suite is listed");
});

t.test("entries", async (t) => {
  const expected = parseExpected('{"a": "pass", "b": {"status": "fail", "reason": "r"}}');
  t.same(
    [...expected],
    [
      ["a", { verdict: "pass", reason: "" }],
      ["b", { verdict: "fail", reason: "r" }],
    ],
  );
});

t.test("an entry without reason, or of no known status, is refused by name", async (t) => {
  const bad = [
    '{"status": "fail"}',
    '{"status": "silent", "reason": " "}',
    '{"status": "maybe", "reason": "r"}',
  ];
  for (const entry of [...bad, '{"status": "pass", "reason": "r"}', '"fail"', "null", "5"]) {
    t.throws(() => parseExpected(`{"name": ${entry}}`), { message: /^expected\.json: name: / }, entry);
  }
});

t.test("surprises", async (t) => {
  const fail = { verdict: "fail", reason: "r" } as const;
  const pass = { verdict: "pass", reason: "" } as const;
  const silent = { verdict: "silent", reason: "r" } as const;
  for (const expectation of [fail, pass, silent])
    t.equal(surprise(expectation.verdict, expectation), undefined);
  t.equal(surprise("fail", undefined), "not listed in expected.json; its result is fail");
  t.equal(surprise("pass", undefined), "not listed in expected.json; its result is pass");
  t.equal(surprise("fail", pass), "expected pass, and it is fail");
  t.match(surprise("pass", fail), /correct expected\.json/, "an unexpected pass");
  t.match(surprise("silent", pass), /it is silent/, "a program that lost its points");
});

t.test("programs that are listed have to be there", async (t) => {
  const expected = parseExpected('{"a": "pass", "gone": "pass"}');
  t.same(strangers(["a", "new"], expected), ["gone"]);
});
