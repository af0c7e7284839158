import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

/** Host steps that take the id and write the state file; the executor carries them out. */
export function compileRecords(input: CompileInput): { claim: Step; creating: Step; created: Step } {
  const path = `${input.stateDir}/state.json`;
  return {
    claim: {
      kind: "claim",
      from: "runt:state",
      title: `take the id: make and lock ${input.stateDir}`,
      calls: [],
    },
    creating: {
      kind: "journal",
      from: "runt:state",
      title: `record in ${path} what is about to be made`,
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
