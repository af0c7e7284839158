/** What calls on unix sockets need: addresses, and messages that carry descriptors. */
import { encodeUtf8 } from "../bytes/utf8.ts";
import { block, buf, load } from "./build.ts";
import type { Field, Load, Pointer, Slot } from "./call.ts";

export const AF_UNIX = 1;
export const SOCK = { STREAM: 1, SEQPACKET: 5, CLOEXEC: 0o2000000 } as const;
export const MSG = { NOSIGNAL: 0x4000, CMSG_CLOEXEC: 0x40000000 } as const;

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** cmsghdr, up to its data. */
const HEADER_SIZE = 16;

/** CMSG_SPACE of `count` descriptors. */
function spaceFor(count: number): number {
  return HEADER_SIZE + 8 * Math.ceil(count / 2);
}

/** The sockaddr_un of `path`. unix(7) */
export function unixAddress(path: string): Uint8Array {
  const name = encodeUtf8(path);
  const bytes = new Uint8Array(2 + name.length + 1);
  bytes[0] = AF_UNIX;
  bytes.set(name, 2);
  return bytes;
}

/** A msghdr without an address: `length` bytes of `data`, and `space` bytes of `control`. */
function message(data: Pointer, length: number, control: Pointer, space: number): Pointer {
  return block(
    { u64: 0 },
    { u64: 0 },
    { ptr: block({ ptr: data }, { u64: length }) },
    { u64: 1 },
    { ptr: control },
    { u64: space },
    { u64: 0 },
  );
}

/** The msghdr for sendmsg(2) of `length` bytes of `data` and, with them, the descriptors `fds` (four bytes each). */
export function sendingFds(data: Pointer, length: number, fds: readonly Field[]): Pointer {
  const size = HEADER_SIZE + 4 * fds.length;
  const padding = fds.length % 2 === 0 ? [] : [{ u32: 0 }];
  const control = block({ u64: size }, { u32: SOL_SOCKET }, { u32: SCM_RIGHTS }, ...fds, ...padding);
  return message(data, length, control, spaceFor(fds.length));
}

/** The msghdr for recvmsg(2) into the buffers `data`, of `length` bytes, and `control`, for `count` descriptors. */
export function receivingFds(data: Pointer, length: number, control: string, count: number): Pointer {
  const space = spaceFor(count);
  return message(data, length, buf(control, space), space);
}

/** Loads descriptor number `index` of those that came with a message into the slot `into`. */
export function receivedFd(into: Slot, control: string, index = 0): Load {
  return load(into, control, HEADER_SIZE + 4 * index, 4);
}
