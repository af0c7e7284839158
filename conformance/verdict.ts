import type { Points } from "./tap.ts";

/**
 * What a program's run amounts to.
 *
 * - `pass`: it ended with status 0, and every point is ok, of which there is at least one.
 * - `silent`: it ended with status 0, without points and without an error in its diagnostics. A few programs print no
 *   point when all is well, and there is nothing better to go by.
 * - `fail`: anything else.
 */
export type Verdict = "pass" | "silent" | "fail";

/** One finished program. */
export interface Run {
  readonly program: string;
  readonly points: Points;
  /** How it ended: "status 0", "SIGSEGV", "no end after 120 s". */
  readonly end: string;
  /** The last line of its standard error that is not empty. */
  readonly lastError: string;
  readonly seconds: number;
  /** What it left behind and had to be cleaned: containers, processes, cgroups, mounts. */
  readonly left: readonly string[];
}

export function judge({ points, end }: Run): Verdict {
  if (end !== "status 0" || points.notOk > 0) return "fail";
  if (points.ok > 0) return "pass";
  return points.skipped === 0 && points.firstError === undefined ? "silent" : "fail";
}

/** Why a program failed, in one line; empty when it did not. */
export function failure(run: Run): string {
  const { points, end, lastError } = run;
  if (judge(run) !== "fail") return "";
  if (points.firstFailure !== undefined) return points.firstFailure;
  if (end !== "status 0") return lastError === "" ? end : `${end}: ${lastError}`;
  return points.firstError ?? "no point is ok";
}
