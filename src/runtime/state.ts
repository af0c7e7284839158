import { type StateOutput, stateOutput } from "../state/output.ts";
import type { Runtime } from "./context.ts";
import { findContainer, statusOf } from "./status.ts";

/**
 * The state of a container. SPEC(runtime#query-state) Throws NOT_FOUND for an unknown id.
 */
export function state(rt: Runtime, id: string): StateOutput {
  const { dir, state: saved } = findContainer(rt, id);
  return stateOutput(saved, statusOf(rt, dir, saved), "");
}
