import { RuntError } from "../error/runt-error.ts";
import type { RunOptions, Runtime } from "./context.ts";
import { type Created, carryOutCreate } from "./create.ts";
import { destroy, killInit } from "./destroy.ts";
import { runPoststop } from "./host-hooks.ts";
import { signalInit } from "./kill.ts";
import { prepare } from "./prepare.ts";
import { watchSignals } from "./signals.ts";
import { startCreated } from "./start.ts";
import { closeGiven, openStdio, serve } from "./stdio.ts";
import { lockContainer, unlockContainer } from "./store.ts";
import { exitStatus } from "./wait.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const LOCK_WAIT_MS = 10_000;

/**
 * Creates and starts a container. Detached it returns 0 at once; in the foreground it carries stdio and signals,
 * returns the exit status of the container (128 + n for signal n) and deletes the container, unless `keep` is set.
 */
export function run(rt: Runtime, options: RunOptions): number {
  if (options.detach) {
    const created = carryOutCreate(rt, prepare(rt, options, { detach: true, carryOut: true }));
    startOrDestroy(rt, created);
    return 0;
  }
  return runInForeground(rt, options);
}

function runInForeground(rt: Runtime, options: RunOptions): number {
  const prepared = prepare(rt, options, { detach: false, carryOut: true });
  if (!options.noSubreaper) rt.sys.call("prctl", [PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0]);
  const signals = watchSignals(rt);
  const stdio = openStdio(rt, prepared.input.spec.process?.terminal === true);
  const created = carryOutCreate(rt, prepared, [...stdio.known, ["signals.fd", signals]]);
  closeGiven(rt, stdio);
  startOrDestroy(rt, created);
  const { state, dir, pidfd } = created;
  // Others may work on the running container, and even delete it.
  unlockContainer(rt, dir);
  const forward = (signal: number) => void signalInit(rt, state, signal);
  const ended = serve(rt, stdio, { pidfd, signals, forward });
  if (!options.keep) removeEnded(rt, created);
  return exitStatus(ended);
}

/** Removes the ended container, unless somebody else has done so. */
function removeEnded(rt: Runtime, { state, dir }: Created): void {
  try {
    lockContainer(rt, dir, LOCK_WAIT_MS);
  } catch (error) {
    if (error instanceof RuntError && error.code === "NOT_FOUND") return;
    throw error;
  }
  destroy(rt, dir, state);
  runPoststop(rt, state);
}

/** Starts; a container that cannot be started is not left behind. */
function startOrDestroy(rt: Runtime, created: Created): void {
  const { state, dir } = created;
  try {
    startCreated(rt, dir, state);
  } catch (error) {
    killInit(rt, state);
    destroyIfThere(rt, created);
    throw error;
  }
}

/** A failed poststart hook has destroyed the container already. */
function destroyIfThere(rt: Runtime, { state, dir }: Created): void {
  if (rt.sys.open(dir.path, 0o10000000, 0, ["ENOENT"]) < 0) return;
  destroy(rt, dir, state);
  runPoststop(rt, state);
}
