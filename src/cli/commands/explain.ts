import { planToJson, printPlan } from "../../plan/print-plan.ts";
import { explain } from "../../runtime/explain.ts";
import type { CommandCall } from "../command-call.ts";
import { isSet, textOf } from "../option-values.ts";

/** The id that stands in the plan when none is given. */
const EXAMPLE_ID = "example";

/** Prints the plan that create would carry out for this bundle on this machine. */
export function explainCommand({ rt, options, positionals, output }: CommandCall): number {
  const plan = explain(rt, {
    id: positionals[0] ?? EXAMPLE_ID,
    bundle: textOf(options, "bundle") ?? ".",
    noPivot: isSet(options, "no-pivot"),
  });
  const calls = !isSet(options, "outline");
  output.print(isSet(options, "json") ? `${planToJson(plan)}\n` : printPlan(plan, { calls }));
  return 0;
}
