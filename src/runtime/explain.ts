import { GIVEN_SLOTS } from "../compile/opens.ts";
import { checkPlan } from "../plan/check-plan.ts";
import type { Plan } from "../plan/step.ts";
import type { Runtime } from "./context.ts";
import { prepare } from "./prepare.ts";

/** What explain is asked about. */
export interface ExplainOptions {
  id: string;
  bundle: string;
  noPivot: boolean;
}

/** The plan that create would carry out here and now. Nothing is made, changed or started. */
export function explain(rt: Runtime, options: ExplainOptions): Plan {
  const prepared = prepare(
    rt,
    { ...options, noNewKeyring: false, preserveFds: 0, consoleSocket: undefined },
    { detach: true, carryOut: false },
  );
  rt.sys.close(prepared.bundle.fd);
  const { plan } = prepared.compiled;
  // Create itself trusts the compiler, whose plans the tests check.
  checkPlan(plan, GIVEN_SLOTS);
  return plan;
}
