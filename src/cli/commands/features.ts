import { features } from "../../runtime/features.ts";
import type { CommandCall } from "../command-call.ts";

/** SPEC(features): what runt supports, whatever the machine; four blanks deep as runc has it. */
export function featuresCommand({ output }: CommandCall): number {
  output.print(`${JSON.stringify(features(), null, 4)}\n`);
  return 0;
}
