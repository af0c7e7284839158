import { RuntError } from "../../error/runt-error.ts";
import { block, slot, sys } from "../../plan/build.ts";
import type { Operand } from "../../plan/call.ts";
import type { Step } from "../../plan/step.ts";
import { RLIMITS, type RlimitName } from "../../tables/rlimits.ts";
import type { CompileInput } from "../input.ts";

const NO_FILE_LIMIT = "RLIMIT_NOFILE";
/** RLIM_INFINITY; numbers that JSON rounds up past it mean the same. */
const UNLIMITED = 0xffffffffffffffffn;

function limitOf(value: number): bigint {
  const exact = BigInt(value);
  return exact > UNLIMITED ? UNLIMITED : exact;
}

function words(limit: bigint): string {
  return limit === UNLIMITED ? "unlimited" : String(limit);
}

function numberOf(type: string, from: string): number {
  const number: number | undefined = RLIMITS[type as RlimitName];
  if (number !== undefined) return number;
  throw new RuntError({
    code: "SPEC_INVALID",
    message: `wrong rlimit value: ${type} is no limit of Linux`,
    pointer: `${from}/type`,
    hint: `use one of ${Object.keys(RLIMITS).join(", ")}`,
  });
}

/** `pid` is the process whose limit is set; 0 is the caller. */
function rlimitStep(pid: Operand, from: string, type: string, softest: number, hardest: number): Step {
  const [soft, hard] = [limitOf(softest), limitOf(hardest)];
  const title = `set ${type} to ${words(soft)} (hard ${words(hard)})`;
  return {
    kind: "process",
    from,
    title,
    calls: [
      sys("prlimit64", [pid, numberOf(type, from), block({ u64: soft }, { u64: hard }), 0], {
        tolerate: [
          { errno: "EPERM", why: "told below", to: "refused" },
          { errno: "EINVAL", why: "told below", to: "wrong" },
        ],
      }),
      { op: "goto", to: "set" },
      { op: "label", name: "refused" },
      {
        op: "fail",
        errno: "EPERM",
        why: `${title}: the hard limit may only be raised with CAP_SYS_RESOURCE, and RLIMIT_NOFILE never above fs.nr_open: lower hard, or run with that capability`,
      },
      { op: "label", name: "wrong" },
      { op: "fail", errno: "EINVAL", why: `${title}: the soft limit is above the hard one: lower soft` },
      { op: "label", name: "set" },
    ],
  };
}

/**
 * Host steps: the parent sets init's limits, while both are root. The limit of open files only where its hard limit has
 * to be raised, which takes the parent's privilege; init itself lowers it last, since it needs descriptors until then.
 * Throws SPEC_INVALID for a type that Linux does not have. SPEC(config#process)
 */
export function compileRlimits(input: CompileInput): Step[] {
  return (input.spec.process?.rlimits ?? []).flatMap((limit, i) => {
    if (limit.type === NO_FILE_LIMIT && limit.hard <= input.facts.nofile.hard) return [];
    return [rlimitStep(slot("init.pid"), `/process/rlimits/${i}`, limit.type, limit.soft, limit.hard)];
  });
}

/**
 * Init step: the limit of open files, after the descriptors are settled. Without one in the config the limit that runt
 * was started with.
 */
export function compileOpenFilesLimit(input: CompileInput): Step[] {
  const index = (input.spec.process?.rlimits ?? []).findIndex((limit) => limit.type === NO_FILE_LIMIT);
  const limit = input.spec.process?.rlimits?.[index];
  if (limit !== undefined)
    return [rlimitStep(0, `/process/rlimits/${index}`, NO_FILE_LIMIT, limit.soft, limit.hard)];
  const { soft, hard } = input.facts.nofile;
  return [rlimitStep(0, "runt:open-files", NO_FILE_LIMIT, soft, hard)];
}
