import { type StateOutput, stateOutput } from "../state/output.ts";
import type { Runtime } from "./context.ts";
import { lookUp, missing } from "./status.ts";

/**
 * The state of a container. SPEC(runtime#query-state) Throws NOT_FOUND for an unknown id.
 */
export function state(rt: Runtime, id: string): StateOutput {
  const found = lookUp(rt, id);
  if (found === undefined) throw missing(rt, id);
  return stateOutput(found.head, found.status, "");
}
