import { create } from "../../runtime/create.ts";
import type { CommandCall } from "../command-call.ts";
import { createOptions } from "../create-options.ts";

export function createCommand({ rt, options, positionals }: CommandCall): number {
  create(rt, createOptions(options, positionals));
  return 0;
}
