import { type StateOutput, stateOutput } from "../state/output.ts";
import type { Runtime } from "./context.ts";
import { statusOf, withContainer } from "./status.ts";

/**
 * The state of a container. SPEC(runtime#query-state) Throws NOT_FOUND for an unknown id.
 */
export function state(rt: Runtime, id: string): StateOutput {
  return withContainer(rt, id, ({ dir, state: saved }) => stateOutput(saved, statusOf(rt, dir, saved), ""));
}
