import { wideAt } from "../bytes/int64.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  buf,
  load,
  O,
  OPEN_HOW_SIZE,
  openHow,
  slot,
  str,
  sys,
} from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import { encodeProgram } from "../plan/encode-plan.ts";
import type { Encoded } from "../plan/encoded.ts";
import { HEADER, HEADER_SIZE } from "../plan/format.ts";
import { broken } from "../plan/render-text.ts";
import { bufferBytes, type Carried, failureOf, HOST_PROGRAM_ID } from "./carry.ts";
import type { Host } from "./port.ts";
import { callError, type Sys } from "./sys.ts";

/** PATH_MAX of Linux. */
const PATH_SIZE = 4096;
/** Bytes of a file that are read. */
export const SHORT_SIZE = 4096;
const STATX_UID = 8;

/** The start of a file and what it belongs to. */
export interface ShortFile {
  /** At most SHORT_SIZE bytes; a view, until the next short file is read. */
  bytes: Uint8Array;
  /** f_type of statfs(2). */
  filesystem: number;
  /** The owner. */
  uid: number;
}

const OPEN = sys(
  "openat2",
  [AT_FDCWD, buf("path", 3 * PATH_SIZE), openHow(O.RDONLY | O.CLOEXEC, 0), OPEN_HOW_SIZE],
  { into: "fd" },
);
const CALLS: readonly Call[] = [
  OPEN,
  sys("fstatfs", [slot("fd"), buf("statfs", 120)], { load: [load("filesystem", "statfs", 0, 8)] }),
  sys("statx", [slot("fd"), str(""), AT_EMPTY_PATH, STATX_UID, buf("stat", 256)], {
    load: [load("uid", "stat", 20, 4)],
  }),
  sys("read", [slot("fd"), buf("bytes", SHORT_SIZE), SHORT_SIZE], { into: "length" }),
  sys("close", [slot("fd")]),
];
const LISTS = [{ calls: CALLS }];

/** One program that is encoded once; its path changes. */
export interface Reader {
  encoded: Encoded;
  path: Uint8Array;
  bytes: Uint8Array;
  /** Where the words of the slots begin. */
  fd: number;
  length: number;
  filesystem: number;
  uid: number;
}

const readers = new Map<Host["arch"], Reader>();

/** Makes the program for `arch`, if it is not there yet; the static binary has it in its heap. */
export function readerFor(arch: Host["arch"]): Reader {
  const known = readers.get(arch);
  if (known !== undefined) return known;
  const encoded = encodeProgram(LISTS, { arch, id: HOST_PROGRAM_ID, known: new Map(), shareMemory: false });
  const carried: Carried = { failure: undefined, reached: 0, encoded };
  const wordOf = (name: Slot): number => HEADER_SIZE / 4 + 2 * (encoded.slots.get(name) as number);
  const reader: Reader = {
    encoded,
    path: bufferBytes(carried, "path"),
    bytes: bufferBytes(carried, "bytes"),
    fd: wordOf("fd"),
    length: wordOf("length"),
    filesystem: wordOf("filesystem"),
    uid: wordOf("uid"),
  };
  readers.set(arch, reader);
  return reader;
}

/**
 * Reads the start of the file `path`, absolute, in one go: a third of the cost of single calls. Undefined when there is
 * no such file (ENOENT, ENOTDIR). Throws the call's error otherwise.
 */
export function readShortFile(on: Sys, path: string): ShortFile | undefined {
  if (path.length >= PATH_SIZE) throw callError(callOf(OPEN, path), "ENAMETOOLONG");
  if (path.includes("\0")) throw broken(`a path holds a NUL byte: ${path}`);
  const { host } = on;
  const reader = readerFor(host.arch);
  const { encoded, path: room } = reader;
  const { words } = encoded;
  room[host.putText(path, room, 0)] = 0;
  words[HEADER.FAIL_PC / 4] = -1;
  words[reader.fd] = -1;
  host.run(encoded.bytes);
  const failure = failureOf(encoded, LISTS);
  if (failure !== undefined) {
    if (failure.call === OPEN && (failure.errno === "ENOENT" || failure.errno === "ENOTDIR"))
      return undefined;
    const fd = words[reader.fd] as number;
    if (fd >= 0) on.close(fd);
    throw callError(callOf(failure.call, path), failure.errno);
  }
  return {
    bytes: reader.bytes.subarray(0, words[reader.length]),
    filesystem: wideAt(words, reader.filesystem),
    uid: wideAt(words, reader.uid),
  };
}

/** The call as an error names it: with the path that was opened. */
function callOf(call: Call, path: string): Call {
  if (call === OPEN) return sys("openat2", [AT_FDCWD, str(path), ...OPEN.args.slice(2)]);
  return call.op === "sys" ? sys(call.name, [str(path)]) : call;
}
