import { GATE_ADDRESS } from "../compile/gate.ts";
import { RuntError } from "../error/runt-error.ts";
import { O, str } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import { AF_UNIX, MSG, SOCK, sendingFds } from "../plan/socket.ts";
import type { StateFile } from "../state/state-file.ts";
import { canStart, type Status, wrongStatus } from "../state/status.ts";
import { receive } from "./await-init.ts";
import type { Runtime } from "./context.ts";
import { destroy, killInit } from "./destroy.ts";
import { type Execution, newExecution } from "./execution.ts";
import { explainExec, programOf } from "./explain-exec.ts";
import { hookError } from "./hook-error.ts";
import { runPoststart, runPoststop } from "./host-hooks.ts";
import { lateStep } from "./late-steps.ts";
import { statusOf, withContainer } from "./status.ts";
import { stepError } from "./step-error.ts";
import { type ContainerDir, GATE, lockContainer } from "./store.ts";

const LOCK_WAIT_MS = 10_000;

/**
 * Starts a created container: its startContainer hooks, then the user's program, then the poststart hooks.
 * SPEC(runtime#start) Returns when the program has been executed; a program that cannot be is an error that says why.
 * Throws NOT_FOUND, WRONG_STATUS, EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE, HOOK_FAILED.
 */
export function start(rt: Runtime, id: string): void {
  withContainer(rt, id, ({ dir, state }) => {
    lockContainer(rt, dir, LOCK_WAIT_MS);
    const status = statusOf(rt, dir, state);
    if (!canStart(status)) throw wrongStatus(refusal(status));
    startCreated(rt, dir, state);
  });
}

/** start of a container that is created, for a caller that holds its lock. */
export function startCreated(rt: Runtime, dir: ContainerDir, state: StateFile): void {
  if (state.spec.process === undefined) {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: "process property must not be empty: there is nothing to start",
      pointer: "/process",
    });
  }
  openGate(rt, dir, state);
  try {
    runPoststart(rt, state, state.pid);
  } catch (error) {
    // SPEC(runtime#lifecycle): a failed poststart hook stops and destroys the container.
    killInit(rt, state);
    destroy(rt, dir, state);
    runPoststop(rt, state);
    throw error;
  }
}

function refusal(status: Status): string {
  if (status === "stopped") return "cannot start a container that has stopped";
  if (status === "running") return "cannot start an already running container";
  return `cannot start a container in the ${status} state`;
}

/** Lets init through the gate and waits until it has become the user's program. */
function openGate(rt: Runtime, dir: ContainerDir, state: StateFile): void {
  const { sys } = rt;
  const gate = connectGate(rt, dir);
  const root = sys.open(`/proc/${state.pid}/root`, O.PATH, 0, ["ENOENT", "EACCES"]);
  const [reader, writer] = sys.pipe();
  // From here on the container is no longer "created"; should this runt die now, init sees its end and leaves.
  sys.unlinkat(dir.fd, GATE, ["ENOENT"]);
  sendGo(rt, gate, writer);
  sys.close(writer);
  const known: [Slot, number][] = [["hook.reader", reader]];
  const execution = newExecution(rt, { version: 1, host: [], init: [], imports: [] }, known);
  try {
    awaitExec(execution, gate, root, state);
  } finally {
    for (const fd of [gate, reader, root]) if (fd >= 0) sys.close(fd);
  }
}

function connectGate(rt: Runtime, dir: ContainerDir): number {
  const { sys } = rt;
  const gate = sys.call("socket", [AF_UNIX, SOCK.SEQPACKET | SOCK.CLOEXEC, 0]);
  const cwd = sys.open(".", O.PATH, 0, ["ENOENT", "EACCES"]);
  sys.call("fchdir", [dir.fd]);
  const connected = sys.call(
    "connect",
    [gate, { bytes: GATE_ADDRESS }, GATE_ADDRESS.length],
    ["ECONNREFUSED", "ENOENT"],
  );
  if (cwd >= 0) {
    sys.call("fchdir", [cwd], ["EACCES"]);
    sys.close(cwd);
  }
  if (connected < 0) throw wrongStatus(refusal("stopped"));
  return gate;
}

/** One byte, and with it the fd for the output of startContainer hooks. */
function sendGo(rt: Runtime, gate: number, output: number): void {
  const message = sendingFds(str("g"), 1, [{ u32: output }]);
  if (rt.sys.call("sendmsg", [gate, message, MSG.NOSIGNAL], ["EPIPE", "ECONNRESET"]) < 0) {
    throw wrongStatus(refusal("stopped"));
  }
}

/** The gate's connection closes at execve; a failure before that arrives as a record. */
function awaitExec(execution: Execution, gate: number, root: number, state: StateFile): void {
  const message = receive(execution, gate, (pc) => lateStep(state.late, pc));
  if (message === "reset") throw wrongStatus(refusal("stopped"));
  if (message === "closed" || !("failed" in message)) return;
  const { step, failure } = message.failed;
  if (step.kind === "hook") throw hookError(step, failure, execution.hookOutput);
  if (failure.call.op === "sys" && failure.call.name === "execve") {
    throw explainExec(execution.rt.sys, { root, step, failure, ...programOf(state.spec.process) });
  }
  throw stepError(step, failure);
}
