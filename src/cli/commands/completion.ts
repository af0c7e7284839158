import { RuntError } from "../../error/runt-error.ts";
import type { CommandCall } from "../command-call.ts";
import { COMPLETIONS } from "../generated/completions.ts";

/** Prints the completion script of a shell; throws USAGE for a shell that has none. */
export function completionCommand({ positionals, output }: CommandCall): number {
  const shell = positionals[0] ?? "";
  const script = COMPLETIONS.get(shell);
  if (script === undefined) {
    const hint = `there is one for ${[...COMPLETIONS.keys()].join(", ")}`;
    throw new RuntError({
      code: "USAGE",
      message: `no completion script for ${JSON.stringify(shell)}`,
      hint,
    });
  }
  output.print(script);
  return 0;
}
