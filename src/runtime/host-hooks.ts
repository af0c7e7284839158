import { compileHostHooks } from "../compile/hooks.ts";
import { RuntError } from "../error/runt-error.ts";
import { hookState } from "../state/output.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Status } from "../state/status.ts";
import type { Runtime } from "./context.ts";
import { newExecution } from "./execution.ts";
import { runHostHook } from "./watch-hook.ts";

/** The hooks that run outside of a plan: after start and after delete. */
type LateHook = "poststart" | "poststop";

/**
 * The gate's connection closes in the midst of execve, before the program's first instruction. Hooks that are to come
 * after it give it this start.
 */
const HEAD_START_MS = 3;

/** Runs the poststart hooks in order. Throws HOOK_FAILED at the first that fails. */
export function runPoststart(rt: Runtime, state: StateFile, pid: number): void {
  if ((state.spec.hooks?.poststart ?? []).length > 0) rt.sys.sleep(HEAD_START_MS);
  runHooks(rt, state, "poststart", "running", pid, undefined);
}

/**
 * Runs the poststop hooks in order. SPEC(runtime#lifecycle): a failing one is a warning, the rest still run.
 */
export function runPoststop(rt: Runtime, state: StateFile): void {
  runHooks(rt, state, "poststop", "stopped", 0, (error) => rt.log.warning(error.line));
}

function runHooks(
  rt: Runtime,
  state: StateFile,
  name: LateHook,
  status: Status,
  pid: number,
  tolerate: ((error: RuntError) => void) | undefined,
): void {
  const steps = compileHostHooks(state.spec, name);
  if (steps.length === 0) return;
  const execution = newExecution(rt, { version: 1, host: steps, init: [], imports: [] }, []);
  const text = JSON.stringify(hookState(state, status, pid));
  for (const step of steps) {
    try {
      runHostHook(execution, step, text);
    } catch (error) {
      if (tolerate === undefined || !(error instanceof RuntError)) throw error;
      tolerate(error);
    }
  }
}
