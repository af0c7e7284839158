import { start } from "../../runtime/start.ts";
import type { CommandCall } from "../command-call.ts";

export function startCommand({ rt, positionals }: CommandCall): number {
  start(rt, positionals[0] ?? "");
  return 0;
}
