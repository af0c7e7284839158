import { RuntError } from "../error/runt-error.ts";
import { carry } from "../host/carry.ts";
import { O } from "../plan/build.ts";
import type { Runtime } from "./context.ts";

const SIGCHLD = 17;
const SIGWINCH = 28;
const HIGHEST = 64;

/**
 * Signals that are not watched: KILL and STOP cannot be; PIPE, URG and those that the processor raises for this
 * process itself (ILL TRAP ABRT BUS FPE SEGV SYS) are not meant for the container; 32 and 33 belong to the C library.
 */
const LEFT_ALONE: ReadonlySet<number> = new Set([9, 19, 13, 23, 4, 5, 6, 7, 8, 11, 31, 32, 33]);

/** HUP, INT, QUIT, TERM: sent to end a program. */
const ENDING: ReadonlySet<number> = new Set([1, 2, 3, 15]);

/** What a watched signal means to a foreground run. */
export type SignalMeaning = "child" | "resize" | "forward";

/** Bit n-1 stands for signal n. */
function watchedMask(): bigint {
  let mask = 0n;
  for (let signal = 1; signal <= HIGHEST; signal++) {
    if (!LEFT_ALONE.has(signal)) mask |= 1n << BigInt(signal - 1);
  }
  return mask;
}

/** From now on watched signals arrive as bytes on the returned fd instead of acting on this process. */
export function watchSignals(rt: Runtime): number {
  const [reader, writer] = rt.sys.pipe(O.NONBLOCK);
  carry(rt.host, [{ op: "watch", fd: "signals", mask: watchedMask() }], new Map([["signals", writer]]));
  return reader;
}

/**
 * Throws INTERRUPTED when a watched signal that would have ended this process has arrived. Called while a foreground
 * run waits for its container to be made: there is nothing yet that the signal could be forwarded to.
 */
export function refuseInterrupt(rt: Runtime, signals: number): void {
  for (const signal of rt.sys.read(signals, 64)) {
    if (ENDING.has(signal)) {
      throw new RuntError({
        code: "INTERRUPTED",
        message: `signal ${signal} ended runt before the container had started`,
      });
    }
  }
}

/** The meaning of a signal for the container. */
export function meaningOf(signal: number): SignalMeaning {
  if (signal === SIGCHLD) return "child";
  return signal === SIGWINCH ? "resize" : "forward";
}
