import { deleteContainer } from "../../runtime/delete.ts";
import type { CommandCall } from "../command-call.ts";
import { isSet } from "../option-values.ts";

export function deleteCommand({ rt, options, positionals }: CommandCall): number {
  deleteContainer(rt, { id: positionals[0] ?? "", force: isSet(options, "force") });
  return 0;
}
