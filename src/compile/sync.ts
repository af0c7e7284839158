import { buf, slot, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import { type Step, SYNC_CODES, type SyncName, type SyncSide } from "../plan/step.ts";

const TITLES: Readonly<Record<SyncName, string>> = {
  mapped: "the id mappings are written",
  joined: "cgroups and limits of init are set",
  mounted: "the mounts are made; hooks of the runtime run",
  ready: "init is ready to start; the state is recorded",
};

/** Calls of the init side: wait for one byte of the parent; a closed socket (the parent died) fails the step. */
export function waitCalls(): Call[] {
  return [sys("read", [slot("sync.fd"), buf("sync", 8), 1], { expect: 1 })];
}

/** A meeting point in the init list. */
export function initSync(name: SyncName, side: Extract<SyncSide, "meet" | "wait">): Step {
  return remembered("runt:sync", "sync", initSyncStep, name, side);
}

function initSyncStep(name: SyncName, side: Extract<SyncSide, "meet" | "wait">): StepBody {
  const arrive = sys("write", [slot("sync.fd"), { bytes: new Uint8Array([SYNC_CODES[name]]) }, 1], {
    expect: 1,
  });
  return {
    kind: "sync",
    title: `${side === "meet" ? "meet" : "wait for"} the parent: ${TITLES[name]}`,
    calls: side === "meet" ? [arrive, ...waitCalls()] : waitCalls(),
    sync: { name, side },
  };
}

/** A meeting point in the host list; awaiting is the executor's work, since errors of init arrive there too. */
export function hostSync(name: SyncName, side: Extract<SyncSide, "await" | "release">): Step {
  const release = sys("write", [slot("sync.host"), { bytes: new Uint8Array([SYNC_CODES[name]]) }, 1], {
    expect: 1,
    tolerate: [{ errno: "EPIPE", why: "init died; the next meeting tells how" }],
  });
  return {
    kind: "sync",
    from: "runt:sync",
    title: `${side === "await" ? "await" : "release"} init: ${TITLES[name]}`,
    calls: side === "await" ? [] : [release],
    sync: { name, side },
  };
}
