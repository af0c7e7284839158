import { getInt64 } from "../bytes/int64.ts";
import { RuntError } from "../error/runt-error.ts";
import { type CallFailure, HOST_PROGRAM_ID } from "../host/carry.ts";
import type { Call } from "../plan/call.ts";
import { callOf } from "../plan/encode-plan.ts";
import { listOf } from "../plan/encoded.ts";
import { RECORD_MAGIC, RECORD_SIZE } from "../plan/format.ts";
import { type Step, SYNC_CODES } from "../plan/step.ts";
import { errnoName } from "../tables/errnos.ts";
import { diagnoseDeath } from "./diagnose-death.ts";
import { type Execution, slotOf } from "./execution.ts";
import { hookError } from "./hook-error.ts";
import { INIT_PROGRAM_ID } from "./program.ts";
import { refuseInterrupt } from "./signals.ts";
import { stepError } from "./step-error.ts";

const POLLIN = 1;
/** How much of a hook's output is kept for an error text, in characters. */
export const OUTPUT_KEPT = 4096;

/** What arrived from init: a meeting point's byte, a failure, or the end of the connection ("reset": unheard). */
export type InitMessage =
  | { code: number }
  | "reset"
  | { failed: { step: Step; failure: CallFailure } }
  | "closed";

/** Finds the step and call of an op of init's program. */
export type FindOp = (pc: number) => { step: Step; call: Call } | undefined;

/** Decodes one message of the sync socket or the gate. */
function decodeMessage(execution: Execution, bytes: Uint8Array, findOp: FindOp): InitMessage {
  if (bytes.length === 0) return "closed";
  if (bytes.length !== RECORD_SIZE) return { code: bytes[0] as number };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== RECORD_MAGIC) return { code: bytes[0] as number };
  const program = view.getUint32(4, true);
  const pc = view.getInt32(8, true);
  const failed = program === INIT_PROGRAM_ID ? findOp(pc) : spawnedOp(execution, program, pc);
  if (failed === undefined) {
    throw new RuntError({
      code: "PLAN_BROKEN",
      message: `init reports a failure at an unknown op ${program}:${pc}`,
    });
  }
  return {
    failed: {
      step: failed.step,
      failure: { call: failed.call, errno: errnoName(view.getInt32(12, true)), value: getInt64(view, 16) },
    },
  };
}

function spawnedOp(execution: Execution, program: number, pc: number) {
  if (program !== HOST_PROGRAM_ID || execution.spawned === undefined) return undefined;
  const { step, carried } = execution.spawned;
  const call = callOf(carried.encoded, [step], pc);
  return call && { step, call };
}

/** Finds an op in the init list that this execution encoded itself. */
export function ownOp(execution: Execution): FindOp {
  return (pc) => {
    const { init, plan } = execution;
    if (init === undefined) return undefined;
    const call = callOf(init, plan.init, pc);
    const step = plan.init[listOf(init.lists, pc)];
    return call && step && { step, call };
  };
}

/** The error for a failure that init reported. */
export function initError(execution: Execution, step: Step, failure: CallFailure): RuntError {
  return step.kind === "hook" ? hookError(step, failure, execution.hookOutput) : stepError(step, failure);
}

/** Reads the next message on `fd`, keeping what hooks inside the container write meanwhile. Throws INTERRUPTED. */
export function receive(execution: Execution, fd: number, findOp: FindOp): InitMessage {
  const { rt, slots } = execution;
  const signals = slots.get("signals.fd") ?? -1;
  let output = slots.get("hook.reader") ?? -1;
  for (;;) {
    const [message, hooks, signalled] = rt.sys.poll(
      [fd, output, signals].map((one) => ({ fd: one, events: POLLIN })),
      -1,
    );
    if (hooks !== 0 && !keepOutput(execution, output)) output = -1;
    if (signalled !== 0) refuseInterrupt(rt, signals);
    if (message !== 0) {
      drain(execution, output);
      const bytes = readMessage(execution, fd);
      return bytes === undefined ? "reset" : decodeMessage(execution, bytes, findOp);
    }
  }
}

/**
 * One message; undefined when the other side went away with ours unread and had nothing to say.
 * KERNEL: a socket whose peer closed with unread data gives ECONNRESET once, before what the peer had sent.
 */
function readMessage(execution: Execution, fd: number): Uint8Array | undefined {
  const { sys } = execution.rt;
  try {
    return sys.read(fd, 64);
  } catch (error) {
    if ((error as RuntError).errno !== "ECONNRESET") throw error;
  }
  const bytes = sys.read(fd, 64);
  return bytes.length === 0 ? undefined : bytes;
}

/** Takes what the hooks' pipe holds now; false at its end. */
function keepOutput(execution: Execution, fd: number): boolean {
  const bytes = execution.rt.sys.read(fd, OUTPUT_KEPT);
  if (execution.hookOutput.length < OUTPUT_KEPT) execution.hookOutput += execution.rt.host.text(bytes);
  return bytes.length > 0;
}

function drain(execution: Execution, fd: number): void {
  while (fd >= 0 && execution.rt.sys.poll([{ fd, events: POLLIN }], 0)[0] === POLLIN) {
    if (!keepOutput(execution, fd)) return;
  }
}

/** Handler of "sync" steps: awaits init's arrival at the meeting point; throws what init reports instead. */
export function awaitInit(execution: Execution, step: Step): void {
  if (step.sync?.side !== "await") return;
  const message = receive(execution, slotOf(execution, "sync.host"), ownOp(execution));
  if (message === "closed" || message === "reset") throw diagnoseDeath(execution);
  if ("failed" in message) throw initError(execution, message.failed.step, message.failed.failure);
  if (message.code === SYNC_CODES[step.sync.name]) return;
  throw new RuntError({
    code: "PLAN_BROKEN",
    message: `init came to meeting point ${message.code} instead of ${step.sync.name}`,
  });
}
