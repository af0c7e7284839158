import { state } from "../../runtime/state.ts";
import type { CommandCall } from "../command-call.ts";

/** SPEC(runtime#query-state): the state as JSON, two blanks deep, without a newline at the end, as runc has it. */
export function stateCommand({ rt, positionals, output }: CommandCall): number {
  output.print(JSON.stringify(state(rt, positionals[0] ?? ""), null, 2));
  return 0;
}
