import { RuntError } from "../error/runt-error.ts";
import { bufferBytes, carry } from "../host/carry.ts";
import { buf, sys } from "../plan/build.ts";
import type { Runtime } from "./context.ts";

const P_PIDFD = 3;
const WEXITED = 4;
const WNOHANG = 1;
const CLD_EXITED = 1;

/** How a child ended: its exit status, or the signal that ended it. */
export interface Ended {
  exited: boolean;
  /** Exit status 0..255, or the signal's number. */
  status: number;
}

/** waitid(2) for the child behind `pidfd`; with `block` false undefined means that it still runs. */
export function waitPidfd(rt: Runtime, pidfd: number, block: boolean): Ended | undefined {
  const options = WEXITED | (block ? 0 : WNOHANG);
  const carried = carry(
    rt.host,
    [sys("waitid", [P_PIDFD, pidfd, buf("siginfo", 128), options, 0])],
    new Map(),
  );
  if (carried.failure !== undefined) {
    throw new RuntError({
      code: "STEP_FAILED",
      message: `waitid(P_PIDFD, ${pidfd}): ${carried.failure.errno}`,
      errno: carried.failure.errno,
    });
  }
  const bytes = bufferBytes(carried, "siginfo");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getInt32(16, true) === 0) return undefined;
  return { exited: view.getInt32(8, true) === CLD_EXITED, status: view.getInt32(24, true) };
}

/** The exit status that a shell would show: 128 + n for a process that signal n ended. */
export function exitStatus(ended: Ended): number {
  return ended.exited ? ended.status : 128 + ended.status;
}
