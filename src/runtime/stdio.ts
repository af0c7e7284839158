import type { Slot } from "../plan/call.ts";
import type { Runtime } from "./context.ts";
import {
  clearOnlcr,
  copyWindowSize,
  enterRawMode,
  type HostTty,
  leaveRawMode,
  receiveTerminal,
} from "./host-tty.ts";
import { relay } from "./relay.ts";
import type { Ended } from "./wait.ts";

const SOCK_STREAM = 1;

/** The stdio of a process that runs in the foreground: what it gets, and the ends that runt keeps. */
export interface Stdio {
  /** Slots for the plan: "console.fd", or "stdio.0" to "stdio.2". */
  known: readonly (readonly [Slot, number])[];
  terminal: boolean;
  /** Fds that the process gets; runt closes its copies after the spawn. */
  given: readonly number[];
  /** Console socket to receive from, or the other ends of the three pipes. */
  kept: readonly number[];
}

/** Makes a console socket for a terminal, else three pipes. */
export function openStdio(rt: Runtime, terminal: boolean): Stdio {
  if (terminal) {
    const [own, given] = rt.sys.socketpair(SOCK_STREAM);
    return { known: [["console.fd", given]], terminal, given: [given], kept: [own] };
  }
  const [inRead, inWrite] = rt.sys.pipe();
  const [outRead, outWrite] = rt.sys.pipe();
  const [errRead, errWrite] = rt.sys.pipe();
  const given = [inRead, outWrite, errWrite];
  return {
    known: given.map((fd, i) => [`stdio.${i}`, fd]),
    terminal,
    given,
    kept: [inWrite, outRead, errRead],
  };
}

/** Closes runt's copies of what the process got. */
export function closeGiven(rt: Runtime, stdio: Stdio): void {
  for (const fd of stdio.given) rt.sys.close(fd);
}

/** A process in the foreground. */
export interface Foreground {
  pidfd: number;
  signals: number;
  forward(signal: number): void;
}

/** Carries the process's stdio and signals until it ends. */
export function serve(rt: Runtime, stdio: Stdio, process: Foreground): Ended {
  return stdio.terminal ? serveTerminal(rt, stdio, process) : servePipes(rt, stdio, process);
}

function servePipes(rt: Runtime, stdio: Stdio, process: Foreground): Ended {
  const [input = -1, output = -1, errors = -1] = stdio.kept;
  return relay(rt, {
    ...process,
    streams: [
      { from: 0, to: input, closeAtEnd: true },
      { from: output, to: 1, closeAtEnd: false },
      { from: errors, to: 2, closeAtEnd: false },
    ],
    resize: () => undefined,
  });
}

function serveTerminal(rt: Runtime, stdio: Stdio, process: Foreground): Ended {
  const [socket = -1] = stdio.kept;
  const terminal = receiveTerminal(rt, socket);
  rt.sys.close(socket);
  clearOnlcr(rt, terminal);
  const tty: HostTty | undefined = enterRawMode(rt);
  const resize = () => {
    if (tty !== undefined) copyWindowSize(rt, tty.fd, terminal);
  };
  resize();
  try {
    return relay(rt, {
      ...process,
      streams: [
        { from: 0, to: terminal, closeAtEnd: false },
        { from: terminal, to: 1, closeAtEnd: false },
      ],
      resize,
    });
  } finally {
    leaveRawMode(rt, tty);
  }
}
