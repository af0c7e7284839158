import { pause } from "../../runtime/kill.ts";
import type { CommandCall } from "../command-call.ts";

export function pauseCommand({ rt, positionals }: CommandCall): number {
  pause(rt, positionals[0] ?? "");
  return 0;
}
