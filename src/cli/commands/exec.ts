import { exec } from "../../runtime/exec.ts";
import type { CommandCall } from "../command-call.ts";
import { execOptions } from "../exec-options.ts";

/** The status is the process's own (128 + n for signal n), or 0 with --detach. */
export function execCommand({ rt, options, positionals }: CommandCall): number {
  return exec(rt, execOptions(options, positionals));
}
