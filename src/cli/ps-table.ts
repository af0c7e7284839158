import { RuntError } from "../error/runt-error.ts";

/**
 * The lines of what ps(1) printed that are about `pids`, under its header. Throws STEP_FAILED for an output without a
 * PID column.
 */
export function filterPs(output: string, pids: readonly number[]): string {
  const [header = "", ...lines] = output.split("\n");
  const column = header.trim().split(/\s+/).indexOf("PID");
  if (column < 0) {
    throw new RuntError({
      code: "STEP_FAILED",
      message: "couldn't find PID field in ps output",
      hint: "give options with which ps prints it, for example -ef",
    });
  }
  const wanted = new Set(pids);
  const kept = lines.filter((line) => wanted.has(Number(line.trim().split(/\s+/)[column])));
  return [header, ...kept, ""].join("\n");
}
