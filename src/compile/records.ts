import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

/** Host steps that write the state file; the executor carries them out. */
export function compileRecords(input: CompileInput): { creating: Step; created: Step } {
  const path = `${input.stateDir}/state.json`;
  return {
    creating: {
      kind: "journal",
      from: "runt:state",
      title: `make and lock the state directory, and record in ${path} what is about to be made`,
      calls: [],
    },
    created: {
      kind: "record",
      from: "runt:state",
      title: `record the created container in ${path}`,
      calls: [],
    },
  };
}
