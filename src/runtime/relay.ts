import { RuntError } from "../error/runt-error.ts";
import type { Runtime } from "./context.ts";
import { meaningOf } from "./signals.ts";
import { type Ended, waitPidfd } from "./wait.ts";

const POLLIN = 1;
const POLLOUT = 4;
/** KERNEL: after POLLOUT a write of up to PIPE_BUF bytes does not block. */
const PIPE_BUF = 4096;

/** One direction of the container's stdio. */
export interface Stream {
  from: number;
  to: number;
  /** Close `to` once `from` has ended (the container's stdin). */
  closeAtEnd: boolean;
}

interface Pump extends Stream {
  pending: Uint8Array;
  ended: boolean;
}

/** What a foreground run carries to and fro. */
export interface RelayOptions {
  pidfd: number;
  streams: readonly Stream[];
  /** Fd on which watched signals arrive, see signals.ts. */
  signals: number;
  forward(signal: number): void;
  resize(): void;
}

/**
 * Carries stdio and signals until the process behind `pidfd` ends, then what is left of its output.
 * What the process left running may hold its pipes open: that is not waited for.
 */
export function relay(rt: Runtime, options: RelayOptions): Ended {
  const pumps: Pump[] = options.streams.map((stream) => ({
    ...stream,
    pending: new Uint8Array(0),
    ended: false,
  }));
  for (;;) {
    const fds = [
      { fd: options.pidfd, events: POLLIN },
      { fd: options.signals, events: POLLIN },
      ...pumps.map(pollOf),
    ];
    const [ended, signalled, ...ready] = rt.sys.poll(fds, -1);
    if (signalled !== 0) takeSignals(rt, options);
    pumps.forEach((pump, i) => {
      if (ready[i] !== 0) move(rt, pump);
    });
    if (ended !== 0) break;
  }
  const how = waitPidfd(rt, options.pidfd, true);
  for (const pump of pumps) if (!pump.closeAtEnd) drain(rt, pump);
  return how ?? { exited: false, status: 9 };
}

/** A pump waits for its source, or for room in its sink; an ended one for nothing (fd -1). */
function pollOf(pump: Pump): { fd: number; events: number } {
  if (pump.pending.length > 0) return { fd: pump.to, events: POLLOUT };
  return { fd: pump.ended ? -1 : pump.from, events: POLLIN };
}

function takeSignals(rt: Runtime, options: RelayOptions): void {
  for (const signal of rt.sys.read(options.signals, 64)) {
    const meaning = meaningOf(signal);
    if (meaning === "forward") options.forward(signal);
    else if (meaning === "resize") options.resize();
  }
}

/** One read or one write. */
function move(rt: Runtime, pump: Pump): void {
  if (pump.pending.length > 0) {
    push(rt, pump);
    return;
  }
  pump.pending = pull(rt, pump);
  if (pump.pending.length > 0) push(rt, pump);
  else end(rt, pump);
}

/** Reads from the source; a terminal whose last user is gone reads as EIO, which is its end. */
function pull(rt: Runtime, pump: Pump): Uint8Array {
  try {
    return rt.sys.read(pump.from, PIPE_BUF);
  } catch (error) {
    if (error instanceof RuntError && (error.errno === "EIO" || error.errno === "EBADF"))
      return new Uint8Array(0);
    if (error instanceof RuntError && error.errno === "EAGAIN") return new Uint8Array(0);
    throw error;
  }
}

/** Writes what is pending; a reader that has gone away takes no more. */
function push(rt: Runtime, pump: Pump): void {
  const { pending } = pump;
  const written = rt.sys.call(
    "write",
    [pump.to, { bytes: pending }, pending.length],
    ["EPIPE", "EBADF", "EIO", "EAGAIN"],
  );
  if (written >= 0) pump.pending = pending.subarray(written);
  else if (written !== -11) {
    pump.pending = new Uint8Array(0);
    end(rt, pump);
  }
}

function end(rt: Runtime, pump: Pump): void {
  if (pump.ended) return;
  pump.ended = true;
  if (pump.closeAtEnd) rt.sys.close(pump.to);
}

/** Carries what the ended process has written already, without waiting for more. */
function drain(rt: Runtime, pump: Pump): void {
  while (pump.pending.length > 0) {
    rt.sys.poll([{ fd: pump.to, events: POLLOUT }], -1);
    push(rt, pump);
  }
  while (!pump.ended && (rt.sys.poll([{ fd: pump.from, events: POLLIN }], 0)[0] ?? 0) !== 0) {
    move(rt, pump);
    while (pump.pending.length > 0) {
      rt.sys.poll([{ fd: pump.to, events: POLLOUT }], -1);
      push(rt, pump);
    }
  }
}
