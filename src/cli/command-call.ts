import type { Runtime } from "../runtime/context.ts";
import type { Output } from "./output.ts";
import type { OptionValues } from "./parse-args.ts";

/** What a command gets. */
export interface CommandCall {
  rt: Runtime;
  options: OptionValues;
  positionals: readonly string[];
  output: Output;
}

/** Carries a command out and returns the exit status; failures are thrown. */
export type CommandFunction = (call: CommandCall) => number;
