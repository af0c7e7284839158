/** What calls on unix sockets need: addresses, and messages that carry a descriptor. */
import { encodeUtf8 } from "../bytes/utf8.ts";
import { block, buf, load } from "./build.ts";
import type { Field, Load, Pointer, Slot } from "./call.ts";

export const AF_UNIX = 1;
export const SOCK = { STREAM: 1, SEQPACKET: 5, CLOEXEC: 0o2000000 } as const;
export const MSG = { NOSIGNAL: 0x4000, CMSG_CLOEXEC: 0x40000000 } as const;

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** cmsghdr, up to its data; CMSG_LEN and CMSG_SPACE of one descriptor. */
const HEADER_SIZE = 16;
const CONTROL_LENGTH = HEADER_SIZE + 4;
const CONTROL_SPACE = HEADER_SIZE + 8;

/** The sockaddr_un of `path`. unix(7) */
export function unixAddress(path: string): Uint8Array {
  const name = encodeUtf8(path);
  const bytes = new Uint8Array(2 + name.length + 1);
  bytes[0] = AF_UNIX;
  bytes.set(name, 2);
  return bytes;
}

/** A msghdr without an address: `length` bytes of `data`, and room for one descriptor in `control`. */
function message(data: Pointer, length: number, control: Pointer): Pointer {
  return block(
    { u64: 0 },
    { u64: 0 },
    { ptr: block({ ptr: data }, { u64: length }) },
    { u64: 1 },
    { ptr: control },
    { u64: CONTROL_SPACE },
    { u64: 0 },
  );
}

/** The msghdr for sendmsg(2) of `length` bytes of `data` and, with them, the descriptor `fd` (four bytes). */
export function sendingFd(data: Pointer, length: number, fd: Field): Pointer {
  const control = block({ u64: CONTROL_LENGTH }, { u32: SOL_SOCKET }, { u32: SCM_RIGHTS }, fd, { u32: 0 });
  return message(data, length, control);
}

/** The msghdr for recvmsg(2) into the buffers `data`, of `length` bytes, and `control`, for one descriptor. */
export function receivingFd(data: Pointer, length: number, control: string): Pointer {
  return message(data, length, buf(control, CONTROL_SPACE));
}

/** Loads the descriptor that came with a message into the slot `into`. */
export function receivedFd(into: Slot, control: string): Load {
  return load(into, control, HEADER_SIZE, 4);
}
