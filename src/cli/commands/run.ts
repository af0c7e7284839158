import { run } from "../../runtime/run.ts";
import type { CommandCall } from "../command-call.ts";
import { createOptions } from "../create-options.ts";
import { isSet } from "../option-values.ts";

/** The status is the container's own (128 + n for signal n), or 0 with --detach. */
export function runCommand({ rt, options, positionals }: CommandCall): number {
  return run(rt, {
    ...createOptions(options, positionals),
    detach: isSet(options, "detach"),
    keep: isSet(options, "keep"),
    noSubreaper: isSet(options, "no-subreaper"),
  });
}
