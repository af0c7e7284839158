import t from "tap";
import { RuntError } from "../../src/error/runt-error.ts";
import { parseJson } from "../../src/spec/parse-json.ts";

/** The error of a text that does not parse. */
function failure(text: string): RuntError {
  try {
    parseJson(text, "c.json");
  } catch (error) {
    if (error instanceof RuntError) return error;
    throw error;
  }
  throw new Error(`it parses: ${text}`);
}

t.test("values", async (t) => {
  const texts = [
    '{"a":[1,-2.5e3,true,false,null,"x\\u00e9\\n\\"\\\\"]}',
    " [ ] ",
    "{}",
    '"x"',
    "0",
    '{"a\\"":{"b":":"}}',
  ];
  for (const text of texts)
    t.same(parseJson(text, "c.json"), { value: JSON.parse(text), findings: [] }, text);
  t.same(parseJson('\ufeff{"a":1}', "c.json").value, { a: 1 }, "a byte order mark is skipped");
});

t.test("errors have a place, what was expected and what was found", async (t) => {
  const cases: [string, string][] = [
    ["", "line 1, column 1: expected a value, found the end of the text"],
    ['{"a": 1,}', 'line 1, column 9: expected a key in double quotes, or "}", found "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}", found "\\""'],
    ['{"a" 1}', 'line 1, column 6: expected ":" after the key, found "1"'],
    ["{a: 1}", 'line 1, column 2: expected a key in double quotes, or "}", found "a"'],
    ["[1 2]", 'line 1, column 4: expected "," or "]", found "2"'],
    ["[1,]", 'line 1, column 4: expected a value, found "]"'],
    ["[1", 'line 1, column 3: expected "," or "]", found the end of the text'],
    ["{\"a\": 'x'}", 'line 1, column 7: expected a value, found "\'"'],
    ['["a\nb"]', 'line 1, column 4: expected the double quote that ends the string, found "\\n"'],
    ['["a', "line 1, column 4: expected the double quote that ends the string, found the end of the text"],
    ['["\\x"]', 'line 1, column 3: expected an escape such as \\n or \\u00e9, found "\\\\x"'],
    ['["\\u00g0"]', 'line 1, column 3: expected an escape such as \\n or \\u00e9, found "\\\\u"'],
    ["[01]", 'line 1, column 3: expected "," or "]", found "1"'],
    ["{} {}", 'line 1, column 4: expected the end of the document, found "{"'],
    ["[NaN]", 'line 1, column 2: expected a value, found "N"'],
    ["// note\n{}", 'line 1, column 1: expected a value, found "/"'],
    ["\ufeff[,", 'line 1, column 2: expected a value, found ","'],
  ];
  for (const [text, message] of cases) {
    const error = failure(text);
    t.equal(error.code, "JSON", text);
    t.equal(error.message, `c.json: ${message}`, text);
  }
});

t.test("a key that appears twice", async (t) => {
  const text = '{"a":1,\n "x/y":{"b":1,"c":{},"b":2},\n "l":[{"k":0},{"k":0,"k":1}],"a":":"}';
  const { value, findings } = parseJson(text, "c.json");
  t.same(value, { a: ":", "x/y": { b: 2, c: {} }, l: [{ k: 0 }, { k: 1 }] }, "the last one counts");
  t.same(
    findings.map(({ severity, code, pointer, message }) => [severity, code, pointer, message]),
    [
      ["error", "JSON", "/x~1y/b", 'line 2, column 22: the key "b" appears twice in the same object'],
      ["error", "JSON", "/l/1/k", 'line 3, column 22: the key "k" appears twice in the same object'],
      ["error", "JSON", "/a", 'line 3, column 30: the key "a" appears twice in the same object'],
    ],
  );
  t.equal(parseJson('{"a":1,"\\u0061":2}', "c.json").findings.length, 1, "however it is written");
  t.equal(parseJson('{"__proto__":1,"__proto__":2}', "c.json").findings.length, 1);
  t.equal(parseJson('{"1":1,"01":2,"1":3}', "c.json").findings.length, 1);
});

t.test("numbers that come out as others", async (t) => {
  const text = '{"a":[9007199254740993,\n18446744073709547521,-9007199254740993]}';
  t.same(
    parseJson(text, "c.json").findings.map(({ severity, pointer, message }) => [severity, pointer, message]),
    [
      ["warning", "/a/0", "line 1, column 7: the number 9007199254740993 is rounded to 9007199254740992"],
      [
        "warning",
        "/a/1",
        "line 2, column 1: the number 18446744073709547521 is rounded to 18446744073709547520",
      ],
      ["warning", "/a/2", "line 2, column 22: the number -9007199254740993 is rounded to -9007199254740992"],
    ],
  );
  const exact =
    "[9223372036854775807,18446744073709551615,9223372036854771712,-9223372036854775808,1e30,1e400,0.1]";
  t.same(parseJson(exact, "c.json").findings, [], "no limit, exact ones, and those that are no integers");
});

t.test("strings that look like structure are no keys", async (t) => {
  const text = '{"a":"\\\\","b":"\\\\\\"","c" \n:\t"x\\":{","d":["e","f:"],"":0}';
  t.same(parseJson(text, "c.json").findings, []);
});

t.test("__proto__ is a key like others", async (t) => {
  const { value } = parseJson('{"__proto__":{"polluted":true}}', "c.json");
  t.same(Object.keys(value as object), ["__proto__"]);
  t.equal((value as Record<string, unknown>).polluted, undefined);
  t.equal(({} as Record<string, unknown>).polluted, undefined);
});

t.test("nesting and length are bounded", async (t) => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  t.same(parseJson(nested(512), "c.json").findings, []);
  t.equal(
    failure(nested(513)).message,
    'c.json: line 1, column 513: expected at most 512 levels of nesting, found "["',
  );
  t.match(failure('{"a":'.repeat(100_000)).message, "expected at most 512 levels of nesting");
  t.match(failure(nested(1_000_000)).message, "expected at most 512 levels of nesting");
  t.match(failure(" ".repeat(16 * 1024 * 1024 + 1)), {
    code: "JSON",
    message: "c.json: the text has 16777217 characters, more than 16777216",
  });
});

t.test("texts that are hard to read", async (t) => {
  const long = "x".repeat(8_000_000);
  t.match(failure(`{"a":"${long}",}`).message, 'expected a key in double quotes, or "}"');
  t.match(failure(`{"a":"${long}`).message, "found the end of the text");
  t.match(failure(`["${"\\n".repeat(4_000_000)}`).message, "found the end of the text");
  const { findings } = parseJson(`{${'"a":1,\n'.repeat(50_000)}"a":1}`, "c.json");
  t.equal(findings.length, 50_000);
  t.match(findings.at(-1)?.message, /^line 50001, column 1: /);
});
