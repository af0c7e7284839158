import { kill } from "../../runtime/kill.ts";
import type { CommandCall } from "../command-call.ts";
import { isSet } from "../option-values.ts";
import { parseSignal } from "../parse-signal.ts";

export function killCommand({ rt, options, positionals }: CommandCall): number {
  const [id = "", signal = "SIGTERM"] = positionals;
  kill(rt, { id, signal: parseSignal(signal), all: isSet(options, "all") });
  return 0;
}
