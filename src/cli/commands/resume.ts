import { resume } from "../../runtime/kill.ts";
import type { CommandCall } from "../command-call.ts";

export function resumeCommand({ rt, positionals }: CommandCall): number {
  resume(rt, positionals[0] ?? "");
  return 0;
}
