/** Plans with one step of init broken. */
import { str, sys } from "../../../src/plan/build.ts";
import type { Call } from "../../../src/plan/call.ts";
import type { Plan, Step } from "../../../src/plan/step.ts";
import type { Prepared } from "../../../src/runtime/prepare.ts";

/** A call that fails with EREMOTEIO wherever it is made. */
const FAIL: Call = { op: "fail", errno: "EREMOTEIO", why: "injected" };

/** Tells whoever reads the runtime's stdout that the step is reached, then waits for the end that must follow. */
const WAIT: readonly Call[] = [
  sys("write", [1, str("reached"), 7]),
  sys("ppoll", [0, 0, { block: [{ u64: 5 }, { u64: 0 }] }, 0, 8]),
];

/** The prepared create with `calls` at the beginning of step `index` of init. */
function withCalls(prepared: Prepared, index: number, calls: readonly Call[]): Prepared {
  const { plan } = prepared.compiled;
  const init = plan.init.map((step, i): Step => {
    if (i !== index) return step;
    // Without its place in the library, which has other calls.
    const { kind, from, title, sync } = step;
    return { kind, from, title, sync, calls: [...calls, ...step.calls] };
  });
  const broken: Plan = { ...plan, init };
  return { ...prepared, compiled: { ...prepared.compiled, plan: broken } };
}

/** The prepared create with step `index` of init failing at once. */
export function failInit(prepared: Prepared, index: number): Prepared {
  return withCalls(prepared, index, [FAIL]);
}

/** The prepared create in which init waits at step `index`, having said so. */
export function waitInInit(prepared: Prepared, index: number): Prepared {
  return withCalls(prepared, index, WAIT);
}
