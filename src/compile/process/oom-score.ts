import { O, OPEN_HOW_SIZE, openHow, RESOLVE, slot, str, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";

/** Host step: writes oom_score_adj of init; left alone when the config does not set it. SPEC(config#process) */
export function compileOomScore(input: CompileInput): Step[] {
  const score = input.spec.process?.oomScoreAdj;
  if (score === undefined) return [];
  const text = String(score);
  const file = { text: [{ slot: "init.pid" }, "/oom_score_adj"] };
  return [
    {
      kind: "process",
      from: "/process/oomScoreAdj",
      title: `set oom_score_adj to ${text}`,
      calls: [
        sys(
          "openat2",
          [slot("proc.fd"), file, openHow(O.WRONLY | O.CLOEXEC, RESOLVE.BENEATH), OPEN_HOW_SIZE],
          {
            into: "oom.fd",
          },
        ),
        sys("write", [slot("oom.fd"), str(text), text.length], {
          expect: text.length,
          tolerate: [{ errno: "EACCES", why: "told below", to: "refused" }],
        }),
        sys("close", [slot("oom.fd")]),
        { op: "goto", to: "set" },
        { op: "label", name: "refused" },
        {
          op: "fail",
          errno: "EACCES",
          why: `oom_score_adj ${text} is below the caller's own: permission denied without CAP_SYS_RESOURCE: raise it, or leave it out`,
        },
        { op: "label", name: "set" },
      ],
    },
  ];
}
