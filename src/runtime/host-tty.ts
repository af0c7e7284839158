import { RuntError } from "../error/runt-error.ts";
import { bufferBytes, carry } from "../host/carry.ts";
import { buf, slot, sys } from "../plan/build.ts";
import { MSG, receivedFd, receivingFds } from "../plan/socket.ts";
import type { Runtime } from "./context.ts";

const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TIOCGWINSZ = 0x5413;
const TIOCSWINSZ = 0x5414;
const TERMIOS_SIZE = 60;
/** termios(3) flag words: input, output, control, local. */
const RAW_INPUT = ~0o2753;
const OPOST = 1;
const ONLCR = 4;
const LOCAL_COOKED = 0o100113;

/** The terminal that runt itself was started on, put into raw mode while it lasts. */
export interface HostTty {
  fd: number;
  saved: Uint8Array;
}

function termios(rt: Runtime, fd: number): Uint8Array | undefined {
  const carried = carry(rt.host, [sys("ioctl", [fd, TCGETS, buf("termios", TERMIOS_SIZE)])], new Map());
  return carried.failure === undefined ? bufferBytes(carried, "termios").slice() : undefined;
}

function setTermios(rt: Runtime, fd: number, bytes: Uint8Array): void {
  rt.sys.call("ioctl", [fd, TCSETS, { bytes }], ["EIO", "ENOTTY"]);
}

/** Finds a terminal on stderr, stdout or stdin and makes it raw; undefined when there is none. */
export function enterRawMode(rt: Runtime): HostTty | undefined {
  for (const fd of [2, 1, 0]) {
    const saved = termios(rt, fd);
    if (saved === undefined) continue;
    const raw = saved.slice();
    const view = new DataView(raw.buffer);
    view.setUint32(0, view.getUint32(0, true) & RAW_INPUT, true);
    view.setUint32(4, view.getUint32(4, true) & ~OPOST, true);
    view.setUint32(12, view.getUint32(12, true) & ~LOCAL_COOKED, true);
    setTermios(rt, fd, raw);
    return { fd, saved };
  }
  return undefined;
}

/** Gives the terminal back as it was. */
export function leaveRawMode(rt: Runtime, tty: HostTty | undefined): void {
  if (tty !== undefined) setTermios(rt, tty.fd, tty.saved);
}

/** The container's terminal must not turn newlines into CR LF: the host's terminal does that already. */
export function clearOnlcr(rt: Runtime, fd: number): void {
  const bytes = termios(rt, fd);
  if (bytes === undefined) return;
  const view = new DataView(bytes.buffer);
  view.setUint32(4, view.getUint32(4, true) & ~ONLCR, true);
  setTermios(rt, fd, bytes);
}

/** Copies the window size of the host's terminal to the container's. */
export function copyWindowSize(rt: Runtime, from: number, to: number): void {
  carry(
    rt.host,
    [sys("ioctl", [from, TIOCGWINSZ, buf("size", 8)]), sys("ioctl", [to, TIOCSWINSZ, buf("size", 8)])],
    new Map(),
  );
}

/** Receives the terminal that init sends over the console socket. Throws CONSOLE. */
export function receiveTerminal(rt: Runtime, socket: number): number {
  const message = receivingFds(buf("name", 64), 64, "control", 1);
  const calls = [
    sys("recvmsg", [slot("console"), message, MSG.CMSG_CLOEXEC], {
      load: [receivedFd("terminal", "control")],
    }),
  ];
  const carried = carry(rt.host, calls, new Map([["console", socket]]));
  if (carried.failure !== undefined) {
    throw new RuntError({
      code: "CONSOLE",
      message: `the terminal was not received: ${carried.failure.errno}`,
    });
  }
  const control = bufferBytes(carried, "control");
  return new DataView(control.buffer, control.byteOffset).getInt32(16, true);
}
