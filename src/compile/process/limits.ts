import { RuntError } from "../../error/runt-error.ts";
import { block, O, OPEN_HOW_SIZE, openHow, RESOLVE, slot, str, sys } from "../../plan/build.ts";
import type { Step } from "../../plan/step.ts";
import { RLIMITS, type RlimitName } from "../../tables/rlimits.ts";
import type { CompileInput } from "../input.ts";

const NO_FILE_LIMIT = "RLIMIT_NOFILE";

function rlimitStep(from: string, type: string, soft: number, hard: number): Step {
  const number: number | undefined = RLIMITS[type as RlimitName];
  if (number === undefined) {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: `wrong rlimit value: ${type} is no limit of Linux`,
      pointer: `${from}/type`,
      hint: `use one of ${Object.keys(RLIMITS).join(", ")}`,
    });
  }
  return {
    kind: "process",
    from,
    title: `set ${type} to ${soft} (hard ${hard})`,
    calls: [
      sys("prlimit64", [
        slot("init.pid"),
        number,
        block({ u64: unsigned(soft) }, { u64: unsigned(hard) }),
        0,
      ]),
    ],
  };
}

/** Numbers that JSON rounds up past the end of u64 mean "no limit". */
function unsigned(value: number): bigint {
  const most = 0xffffffffffffffffn;
  const exact = BigInt(value);
  return exact > most ? most : exact;
}

/**
 * Host steps: the parent sets init's limits, while it still has the privilege to. Without a limit of open files in
 * the config the one that runt was started with is restored (Node raises its own).
 */
export function compileRlimits(input: CompileInput): Step[] {
  const rlimits = input.spec.process?.rlimits ?? [];
  const steps = rlimits.map((limit, i) =>
    rlimitStep(`/process/rlimits/${i}`, limit.type, limit.soft, limit.hard),
  );
  if (rlimits.some((limit) => limit.type === NO_FILE_LIMIT)) return steps;
  const { soft, hard } = input.facts.nofile;
  return [...steps, rlimitStep("runt:open-files", NO_FILE_LIMIT, soft, hard)];
}

/** Host step: writes oom_score_adj of init; left alone when the config does not set it. */
export function compileOomScore(input: CompileInput): Step[] {
  const score = input.spec.process?.oomScoreAdj;
  if (score === undefined) return [];
  const text = String(score);
  return [
    {
      kind: "process",
      from: "/process/oomScoreAdj",
      title: `set oom_score_adj to ${text}`,
      calls: [
        sys(
          "openat2",
          [
            slot("proc.fd"),
            { text: [{ slot: "init.pid" }, "/oom_score_adj"] },
            openHow(O.WRONLY | O.CLOEXEC, RESOLVE.BENEATH),
            OPEN_HOW_SIZE,
          ],
          { into: "oom.fd" },
        ),
        sys("write", [slot("oom.fd"), str(text), text.length], { expect: text.length }),
        sys("close", [slot("oom.fd")]),
      ],
    },
  ];
}
