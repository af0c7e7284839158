/** The manager's end of a console socket: a listener that receives terminals, and what a terminal says. */
import type { RuntError } from "../../src/error/runt-error.ts";
import { bufferBytes, carry, slotValue } from "../../src/host/carry.ts";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { block, buf, sys as call, O } from "../../src/plan/build.ts";

const host = createNodeHost();
export const sys = new Sys(host);

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const NAME_SIZE = 4096;
const CONTROL_SIZE = 256;
const CMSG_HEADER = 16;
const TCGETS = 0x5401;
const TIOCSWINSZ = 0x5414;
const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;

/** One message of a console socket. */
export interface Received {
  payload: string;
  fds: number[];
}

/** Listens at `path`; connections wait until `receive`. */
export class ConsoleSocket {
  private readonly fd: number;

  constructor(path: string) {
    this.fd = sys.call("socket", [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0]);
    const address = new TextEncoder().encode(`\u0001\0${path}\0`);
    sys.call("bind", [this.fd, { bytes: address }, address.length]);
    sys.call("listen", [this.fd, 8]);
  }

  /** Accepts one connection and gives its messages until its end. */
  receive(): Received[] {
    const connection = sys.call("accept4", [this.fd, 0, 0, SOCK_CLOEXEC]);
    const messages: Received[] = [];
    for (let message = receiveOne(connection); message.payload !== ""; message = receiveOne(connection))
      messages.push(message);
    sys.close(connection);
    return messages;
  }

  /** True when a connection waits to be accepted. */
  get hasCaller(): boolean {
    return sys.poll([{ fd: this.fd, events: 1 }], 0)[0] === 1;
  }

  close(): void {
    sys.close(this.fd);
  }
}

function receiveOne(connection: number): Received {
  const message = block(
    { u64: 0 },
    { u64: 0 },
    { ptr: block({ ptr: buf("name", NAME_SIZE) }, { u64: NAME_SIZE }) },
    { u64: 1 },
    { ptr: buf("control", CONTROL_SIZE) },
    { u64: CONTROL_SIZE },
    { u64: 0 },
  );
  const receive = call("recvmsg", [connection, message, MSG_CMSG_CLOEXEC], { into: "length" });
  const carried = carry(host, [receive], new Map());
  if (carried.failure !== undefined) throw new Error(`recvmsg: ${carried.failure.errno}`);
  const control = bufferBytes(carried, "control");
  const view = new DataView(control.buffer, control.byteOffset);
  const fds: number[] = [];
  for (let at = CMSG_HEADER; at < view.getUint32(0, true); at += 4) fds.push(view.getInt32(at, true));
  const length = slotValue(carried, "length");
  return { payload: new TextDecoder().decode(bufferBytes(carried, "name").subarray(0, length)), fds };
}

export function isTerminal(fd: number): boolean {
  return carry(host, [call("ioctl", [fd, TCGETS, buf("termios", 60)])], new Map()).failure === undefined;
}

/** Reads from a terminal's master until the text matches or its last user is gone; waits ten seconds at most. */
export function readTerminal(master: number, wanted?: RegExp): string {
  let text = "";
  for (const end = Date.now() + 10_000; wanted === undefined || !wanted.test(text); ) {
    const left = end - Date.now();
    if (left <= 0) throw new Error(`the terminal said only ${JSON.stringify(text)}`);
    if (sys.poll([{ fd: master, events: 1 }], left)[0] === 0) continue;
    try {
      text += new TextDecoder().decode(sys.read(master, 4096)).replaceAll("\r", "");
    } catch (error) {
      if ((error as RuntError).errno === "EIO") break;
      throw error;
    }
  }
  return text;
}

/** A new pair of a terminal's master and its other end. */
export function openTerminal(): { master: number; peer: number } {
  const master = sys.open("/dev/ptmx", O.RDWR | O.NOCTTY);
  sys.call("ioctl", [master, TIOCSPTLCK, block({ u32: 0 })]);
  return { master, peer: sys.call("ioctl", [master, TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC]) };
}

export function setWindowSize(fd: number, rows: number, columns: number): void {
  sys.call("ioctl", [fd, TIOCSWINSZ, block({ u16: rows }, { u16: columns }, { u32: 0 })]);
}
