import t from "tap";
import { parseTap } from "../../conformance/tap.ts";
import { failure, judge, type Run } from "../../conformance/verdict.ts";

function ran(stdout: string, end = "status 0", lastError = ""): Run {
  return { program: "p", points: parseTap(stdout), end, lastError, seconds: 0, left: [] };
}

t.test("what passes", async (t) => {
  t.equal(judge(ran("ok 1 - a\nok 2 # SKIP b")), "pass");
  t.equal(failure(ran("ok 1 - a")), "");
});

t.test("a program that says nothing at all", async (t) => {
  t.equal(judge(ran("1..0")), "silent");
  t.equal(judge(ran("", "status 1", "exit status 1")), "fail");
});

t.test("what fails, and why", async (t) => {
  const error = '  ---\n    "error": "too early"\n  ...\n';
  const cases: [run: Run, why: string][] = [
    [ran("ok 1 - a\nnot ok 2 - b"), "b"],
    [ran("ok 1 - a", "status 1", "no such thing"), "status 1: no such thing"],
    [ran("ok 1 - a", "SIGSEGV"), "SIGSEGV"],
    [ran("ok 1 - a", "no end after 120 s"), "no end after 120 s"],
    [ran("ok 1 # SKIP a"), "no point is ok"],
    [ran(error), "too early"],
  ];
  for (const [run, why] of cases) {
    t.equal(judge(run), "fail", why);
    t.equal(failure(run), why);
  }
});
