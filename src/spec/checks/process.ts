/** Checks of a process, the container's own or one that exec adds. `at` is the pointer of the process. */
import { CAPABILITIES } from "../../tables/capabilities.ts";
import { RLIMITS } from "../../tables/rlimits.ts";
import { didYouMean } from "../did-you-mean.ts";
import { error, type Finding, shown, warning } from "../finding.ts";
import type { Process } from "../types.ts";
import { ioPriorityIsKnown, schedulerIsSound } from "./scheduling.ts";

/** SPEC(config#process) */
export function cwdIsAbsolute(process: Process, at: string): Finding[] {
  if (process.cwd === "") return [error(`${at}/cwd`, "Cwd property must not be empty", 'use "/"')];
  if (process.cwd.startsWith("/")) return [];
  return [error(`${at}/cwd`, `Cwd must be an absolute path, not ${shown(process.cwd)}`, "begin it with /")];
}

/** SPEC(config#process): at least the program. */
export function argsNameAProgram(process: Process, at: string): Finding[] {
  const [program] = process.args ?? [];
  if (program === undefined)
    return [error(`${at}/args`, "args must not be empty", "name the program to run")];
  if (program !== "") return [];
  const reason = "the program's name is empty: executable file not found in $PATH";
  return [error(`${at}/args/0`, reason, "name the program to run")];
}

/** SPEC(config#process): as environ(7) has it, NAME=value. */
export function environmentHasNames(process: Process, at: string): Finding[] {
  return (process.env ?? []).flatMap((entry, i) => {
    if (entry.indexOf("=") > 0) return [];
    const reason = `invalid environment variable ${shown(entry)}: it is not NAME=value`;
    return [error(`${at}/env/${i}`, reason, "write NAME=value, or remove the entry")];
  });
}

/** SPEC(config#process): a limit that the kernel does not have is an error. */
export function rlimitsAreKnown(process: Process, at: string): Finding[] {
  return (process.rlimits ?? []).flatMap(({ type }, i) => {
    if (Object.hasOwn(RLIMITS, type)) return [];
    const meant = didYouMean(type, Object.keys(RLIMITS));
    const hint =
      meant === undefined ? `use one of ${Object.keys(RLIMITS).join(", ")}` : `did you mean "${meant}"?`;
    return [
      error(`${at}/rlimits/${i}/type`, `wrong rlimit value: ${JSON.stringify(type).slice(1, -1)}`, hint),
    ];
  });
}

/** SPEC(config#process): naming a limit twice is an error. */
export function rlimitsAreOnce(process: Process, at: string): Finding[] {
  const seen = new Set<string>();
  return (process.rlimits ?? []).flatMap(({ type }, i) => {
    if (seen.has(type))
      return [error(`${at}/rlimits/${i}/type`, `${shown(type)} is set twice`, "remove one of them")];
    seen.add(type);
    return [];
  });
}

/** setrlimit(2): EINVAL otherwise. */
export function softLimitsAreBelowHard(process: Process, at: string): Finding[] {
  return (process.rlimits ?? []).flatMap(({ type, soft, hard }, i) => {
    if (soft <= hard) return [];
    const reason = `${shown(type)} has the soft limit ${soft} above the hard limit ${hard}`;
    return [error(`${at}/rlimits/${i}/soft`, reason, "lower soft, or raise hard")];
  });
}

const CAPABILITY_SETS = ["bounding", "effective", "inheritable", "permitted", "ambient"] as const;

/** What to say of a capability's name that is not known; undefined for one that is. */
export function unknownCapability(name: string): { reason: string; hint: string | undefined } | undefined {
  if (Object.hasOwn(CAPABILITIES, name)) return undefined;
  const meant = didYouMean(name, Object.keys(CAPABILITIES));
  return {
    reason: `unknown capability ${shown(name)} is left out`,
    hint: meant === undefined ? undefined : `did you mean "${meant}"?`,
  };
}

/** SPEC(config#linux-process): a name that is not known is worth a warning, never an error. */
export function capabilitiesAreKnown(process: Process, at: string): Finding[] {
  return CAPABILITY_SETS.flatMap((set) =>
    (process.capabilities?.[set] ?? []).flatMap((name, i) => {
      const unknown = unknownCapability(name);
      return unknown === undefined
        ? []
        : [warning(`${at}/capabilities/${set}/${i}`, unknown.reason, unknown.hint)];
    }),
  );
}

/** capabilities(7): the ambient set holds only what is permitted and inheritable; the effective one what is permitted. */
export function capabilitySetsAgree(process: Process, at: string): Finding[] {
  const { ambient = [], effective = [], permitted = [], inheritable } = process.capabilities ?? {};
  const outside = (
    names: readonly string[],
    set: string,
    within: readonly string[],
    other: string,
  ): Finding[] =>
    names.flatMap((name, i) => {
      // capabilitiesAreKnown tells about a name that is not known.
      if (within.includes(name) || !Object.hasOwn(CAPABILITIES, name)) return [];
      const reason = `${name} cannot be raised: it is not in the ${other} set`;
      return [warning(`${at}/capabilities/${set}/${i}`, reason, `add it to ${other}, or remove it here`)];
    });
  return [
    ...outside(effective, "effective", permitted, "permitted"),
    ...outside(ambient, "ambient", permitted, "permitted"),
    // The template of runc 1.1 has an ambient set and no inheritable one at all; that is not worth a warning each time.
    ...(inheritable === undefined ? [] : outside(ambient, "ambient", inheritable, "inheritable")),
  ];
}

/** proc(5), oom_score_adj. */
export function oomScoreIsInRange(process: Process, at: string): Finding[] {
  const score = process.oomScoreAdj ?? 0;
  if (score >= -1000 && score <= 1000) return [];
  return [error(`${at}/oomScoreAdj`, `${score} is out of range`, "use a number from -1000 to 1000")];
}

/** umask(2) */
export function umaskIsInRange(process: Process, at: string): Finding[] {
  const umask = process.user?.umask ?? 0;
  if (umask <= 0o777) return [];
  const reason = `${umask} is no file mode creation mask`;
  return [error(`${at}/user/umask`, reason, "use 0 to 511 (octal 777); JSON numbers are decimal")];
}

/** SPEC(config#process): ignored without a terminal; ioctl_tty(2) takes 16 bits. */
export function consoleSizeIsUsed(process: Process, at: string): Finding[] {
  const { consoleSize, terminal } = process;
  if (consoleSize === undefined) return [];
  const sides = ["height", "width"] as const;
  const tooBig = sides.filter((side) => consoleSize[side] > 65535);
  if (terminal === true) {
    return tooBig.map((side) =>
      error(`${at}/consoleSize/${side}`, `${consoleSize[side]} is out of range`, "use a number up to 65535"),
    );
  }
  // Managers write 0 x 0 for containers without a terminal.
  if (consoleSize.height === 0 && consoleSize.width === 0) return [];
  return [warning(`${at}/consoleSize`, "ignored without a terminal", "set terminal to true, or remove it")];
}

/** The checks of a process, as validateProcess runs them. */
export const PROCESS_CHECKS: readonly ((process: Process, at: string) => Finding[])[] = [
  cwdIsAbsolute,
  argsNameAProgram,
  environmentHasNames,
  rlimitsAreKnown,
  rlimitsAreOnce,
  softLimitsAreBelowHard,
  capabilitiesAreKnown,
  capabilitySetsAgree,
  oomScoreIsInRange,
  umaskIsInRange,
  consoleSizeIsUsed,
  schedulerIsSound,
  ioPriorityIsKnown,
];
