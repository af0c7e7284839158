/** Plans with one step of init broken. */
import { slot, sys } from "../../../src/plan/build.ts";
import type { Call } from "../../../src/plan/call.ts";
import type { Plan, Step } from "../../../src/plan/step.ts";
import type { Prepared } from "../../../src/runtime/prepare.ts";

const SIGKILL = 9;

/** A call that fails with EREMOTEIO wherever it is made. */
const FAIL: Call = { op: "fail", errno: "EREMOTEIO", why: "injected" };

/** Kills the runtime through its pidfd, then waits for the end that must follow. */
function killRuntime(): Call[] {
  return [
    sys("pidfd_send_signal", [slot("runtime.pidfd"), SIGKILL, 0, 0]),
    sys("ppoll", [0, 0, { block: [{ u64: 5 }, { u64: 0 }] }, 0, 8]),
  ];
}

function withStep(plan: Plan, index: number, calls: readonly Call[]): readonly Step[] {
  return plan.init.map((step, i) => (i === index ? { ...step, calls: [...calls, ...step.calls] } : step));
}

/** The prepared create with step `index` of init failing at once. */
export function failInit(prepared: Prepared, index: number): Prepared {
  const { plan } = prepared.compiled;
  return {
    ...prepared,
    compiled: { ...prepared.compiled, plan: { ...plan, init: withStep(plan, index, [FAIL]) } },
  };
}

/** The prepared create in which step `index` of init kills the runtime. */
export function killAtInit(prepared: Prepared, index: number): Prepared {
  const { plan } = prepared.compiled;
  const open: Step = {
    kind: "open",
    from: "runt:test",
    title: "open a pidfd of the runtime",
    calls: [sys("pidfd_open", [process.pid, 0], { into: "runtime.pidfd" })],
  };
  const host = plan.host.flatMap((step) => (step.kind === "spawn" ? [open, withImport(step)] : [step]));
  const imports = [...plan.imports, "runtime.pidfd"];
  return {
    ...prepared,
    compiled: {
      ...prepared.compiled,
      plan: { ...plan, host, imports, init: withStep(plan, index, killRuntime()) },
    },
  };
}

/** The spawned child keeps the pidfd over execveat. */
function withImport(step: Step): Step {
  const keep = sys("fcntl", [slot("runtime.pidfd"), 2, 0]);
  const calls = step.calls.map((call) =>
    call.op === "spawn" ? { ...call, child: [keep, ...call.child] } : call,
  );
  return { ...step, calls };
}
