import t from "tap";
import { compileOomScore } from "../../../src/compile/process/oom-score.ts";
import { callsOf, encode, inputOf } from "./input.ts";
import { type Answer, walk } from "./walk.ts";

const KNOWN = [
  ["proc.fd", 5],
  ["init.pid", 42],
] as const;
const written = (oomScoreAdj: number, write: Answer) => {
  const steps = compileOomScore(inputOf({ process: { oomScoreAdj } }));
  encode(steps, KNOWN);
  return walk(callsOf(steps), (call) => (call.name === "write" ? write : 6), KNOWN);
};

t.test("the score is written into init's file below the verified /proc", (t) => {
  for (const score of [0, -500]) {
    const text = String(score);
    const { made, failed } = written(score, text.length);
    t.equal(failed, undefined);
    t.same(made[0]?.args.slice(0, 2), [
      { slot: "proc.fd" },
      { text: [{ slot: "init.pid" }, "/oom_score_adj"] },
    ]);
    t.same(made[1]?.args, [{ slot: "oom.fd" }, { str: text }, text.length]);
    t.equal(made[2]?.name, "close");
  }
  t.end();
});

t.test("a score that the caller may not set says why", (t) => {
  t.match(written(-500, "EACCES").failed, {
    errno: "EACCES",
    why: /permission denied without CAP_SYS_RESOURCE/,
  });
  t.match(written(5000, "EINVAL").failed, { errno: "EINVAL" });
  t.end();
});

t.test("an unset score is not touched", (t) => {
  t.same(compileOomScore(inputOf()), []);
  t.end();
});
