import { RuntError } from "../error/runt-error.ts";
import { AT_FDCWD, buf, O, RESOLVE, str, sys } from "../plan/build.ts";
import type { Call, Operand } from "../plan/call.ts";
import { callLine } from "../plan/print-call.ts";
import { ERRNO_NUMBERS, errnoName, errnoText } from "../tables/errnos.ts";
import type { SyscallName } from "../tables/syscalls.ts";
import { carry, slotValue } from "./carry.ts";
import { OneCall } from "./one-call.ts";
import type { Host } from "./port.ts";

const NOTHING: ReadonlyMap<string, number> = new Map();
const AT_REMOVEDIR = 0x200;
const READ_CHUNK = 65536;

/** What statx(2) tells; sizes in bytes. */
export interface Stat {
  mode: number;
  uid: number;
  gid: number;
  ino: number;
  size: number;
  rdevMajor: number;
  rdevMinor: number;
  devMajor: number;
  devMinor: number;
}

/** One entry of a directory; type as in getdents64(2) (4 = directory, 8 = file, 10 = symlink). */
export interface Dirent {
  name: string;
  type: number;
}

/**
 * System calls by name: one method per call, with O_CLOEXEC forced and every operand kept in the error. The only
 * user of Host.run beside the plan's executor. Methods throw RuntError STEP_FAILED with `errno` set.
 */
export class Sys {
  readonly host: Host;
  private readonly one: OneCall;

  constructor(host: Host) {
    this.host = host;
    this.one = new OneCall(host);
  }

  /** Makes one call; gives its result, -errno for one of `tolerated`, which do not throw. */
  call(name: SyscallName, args: readonly Operand[], tolerated: readonly string[] = []): number {
    const result = OneCall.fits(args) ? this.one.run(name, args) : this.callLarge(name, args);
    if (result >= 0) return result;
    const errno = errnoName(-result);
    if (!tolerated.includes(errno)) throw callError(sys(name, args), errno);
    return result;
  }

  /** openat2(2) with O_CLOEXEC; `resolve` holds RESOLVE bits (0 = plain). Returns the fd or -errno if tolerated. */
  openat2(
    dir: number,
    path: string,
    flags: number,
    options: { mode?: number; resolve?: number; tolerate?: readonly string[] } = {},
  ): number {
    const how = {
      block: [{ u64: flags | O.CLOEXEC }, { u64: options.mode ?? 0 }, { u64: options.resolve ?? 0 }],
    };
    return this.call("openat2", [dir, str(path), how, 24], options.tolerate);
  }

  /** open(2) of a host path with O_CLOEXEC. */
  open(path: string, flags: number, mode = 0, tolerate: readonly string[] = []): number {
    return this.openat2(AT_FDCWD, path, flags, { mode, tolerate });
  }

  close(fd: number): void {
    this.call("close", [fd]);
  }

  /** read(2) of up to `size` bytes, and never more than 64 KiB; an empty array is the end of the file. */
  read(fd: number, size: number): Uint8Array {
    const most = Math.min(size, READ_CHUNK);
    const result = this.call("read", [fd, buf("data", most), most]);
    return this.one.operand(1, result).slice();
  }

  /** The UTF-8 bytes of `text`. */
  bytes(text: string): Uint8Array {
    const bytes = new Uint8Array(3 * text.length);
    return bytes.subarray(0, this.host.putText(text, bytes, 0));
  }

  /** write(2) until all of `data`, bytes or a text in UTF-8, is written. */
  write(fd: number, data: Uint8Array | string): void {
    let rest = typeof data === "string" ? this.bytes(data) : data;
    while (rest.length > 0) {
      rest = rest.subarray(this.call("write", [fd, { bytes: rest }, rest.length]));
    }
  }

  /** All bytes of an open file, up to `limit`; more than that is an error (EFBIG). */
  readAll(fd: number, limit = 16 * 1024 * 1024): Uint8Array {
    let all = this.read(fd, READ_CHUNK);
    for (let chunk = all; chunk.length > 0; ) {
      chunk = this.read(fd, READ_CHUNK);
      if (all.length + chunk.length > limit) throw callError(sys("read", [fd]), "EFBIG");
      if (chunk.length > 0) all = joined(all, chunk);
    }
    return all;
  }

  /** Text at the start of an open file, at most `limit` bytes. */
  readText(fd: number, limit: number): string {
    let all = this.read(fd, limit);
    for (let chunk = all; chunk.length === READ_CHUNK; ) {
      chunk = this.read(fd, limit - all.length);
      all = joined(all, chunk);
    }
    return this.host.text(all);
  }

  /** The text of the file `path` below the directory `dir` (AT_FDCWD and an absolute path for host files). */
  readFile(dir: number, path: string, resolve = 0): string {
    const fd = this.openat2(dir, path, O.RDONLY, { resolve });
    try {
      return this.host.text(this.readAll(fd));
    } finally {
      this.close(fd);
    }
  }

  /** Like readFile, but undefined when the file does not exist (ENOENT, ENOTDIR). */
  readFileIfThere(dir: number, path: string, resolve = 0): string | undefined {
    const fd = this.openat2(dir, path, O.RDONLY, { resolve, tolerate: ["ENOENT", "ENOTDIR"] });
    if (fd < 0) return undefined;
    try {
      return this.host.text(this.readAll(fd));
    } finally {
      this.close(fd);
    }
  }

  /** Writes `text` in one write(2) to an existing file (a kernel file of procfs or cgroupfs). */
  writeFile(dir: number, path: string, text: string, resolve = 0): void {
    const fd = this.openat2(dir, path, O.WRONLY, { resolve });
    try {
      const bytes = this.bytes(text);
      const written = this.call("write", [fd, { bytes }, bytes.length]);
      if (written !== bytes.length) throw callError(sys("write", [fd, { bytes }, bytes.length]), "EIO");
    } finally {
      this.close(fd);
    }
  }

  mkdirat(dir: number, path: string, mode: number, tolerate: readonly string[] = []): number {
    return this.call("mkdirat", [dir, str(path), mode], tolerate);
  }

  /** unlinkat(2) of a file. */
  unlinkat(dir: number, path: string, tolerate: readonly string[] = []): number {
    return this.call("unlinkat", [dir, str(path), 0], tolerate);
  }

  /** rmdir(2) relative to `dir`. */
  rmdirat(dir: number, path: string, tolerate: readonly string[] = []): number {
    return this.call("unlinkat", [dir, str(path), AT_REMOVEDIR], tolerate);
  }

  renameat(fromDir: number, from: string, toDir: number, to: string): void {
    this.call("renameat2", [fromDir, str(from), toDir, str(to), 0]);
  }

  /** statx(2) of `path` below `dir`; an empty path with AT_EMPTY_PATH (0x1000) in `flags` means the fd itself. */
  stat(dir: number, path: string, flags = 0): Stat {
    this.call("statx", [dir, str(path), flags, 0x7ff, buf("stat", 256)]);
    const bytes = this.one.operand(4, 256);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return {
      mode: view.getUint16(28, true),
      uid: view.getUint32(20, true),
      gid: view.getUint32(24, true),
      ino: Number(view.getBigUint64(32, true)),
      size: Number(view.getBigUint64(40, true)),
      rdevMajor: view.getUint32(128, true),
      rdevMinor: view.getUint32(132, true),
      devMajor: view.getUint32(136, true),
      devMinor: view.getUint32(140, true),
    };
  }

  /** f_type of fstatfs(2). */
  filesystemType(fd: number): number {
    this.call("fstatfs", [fd, buf("statfs", 120)]);
    const bytes = this.one.operand(1, 120);
    return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
  }

  /** The entries of an open directory but "." and ".."; the fd's offset moves to the end. */
  list(fd: number): Dirent[] {
    const entries: Dirent[] = [];
    for (;;) {
      const result = this.call("getdents64", [fd, buf("dir", 32768), 32768]);
      if (result === 0) return entries;
      const bytes = this.one.operand(1, result);
      for (let at = 0; at < result; ) {
        const length = (bytes[at + 16] as number) | ((bytes[at + 17] as number) << 8);
        const end = bytes.indexOf(0, at + 19);
        const name = this.host.text(bytes.subarray(at + 19, end));
        if (name !== "." && name !== "..") entries.push({ name, type: bytes[at + 18] as number });
        at += length;
      }
    }
  }

  /** pipe2(2) with O_CLOEXEC and `flags`: [read end, write end]. */
  pipe(flags = 0): [number, number] {
    return this.pair("pipe2", [buf("pair", 8), flags | O.CLOEXEC], 0);
  }

  /** socketpair(2) of AF_UNIX with SOCK_CLOEXEC; `type` is SOCK_STREAM 1 or SOCK_SEQPACKET 5. */
  socketpair(type: number): [number, number] {
    return this.pair("socketpair", [1, type | 0o2000000, 0, buf("pair", 8)], 3);
  }

  /**
   * ppoll(2): for each fd the events that came (0 = none). `timeoutMs` < 0 waits for ever.
   */
  poll(fds: readonly { fd: number; events: number }[], timeoutMs: number): number[] {
    const size = 8 * fds.length;
    const wait = { block: [{ u64: Math.floor(timeoutMs / 1000) }, { u64: (timeoutMs % 1000) * 1000000 }] };
    const list: Operand = { block: fds.flatMap((entry) => [{ u32: entry.fd >>> 0 }, { u32: entry.events }]) };
    this.call("ppoll", [list, fds.length, timeoutMs < 0 ? 0 : wait, 0, 8]);
    const bytes = this.one.operand(0, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    return fds.map((_, i) => view.getUint16(8 * i + 6, true));
  }

  /** The working directory's path; "(unreachable)…" when it is outside of the root. */
  getcwd(): string {
    const result = this.call("getcwd", [buf("cwd", 4096), 4096]);
    return this.host.text(this.one.operand(0, result - 1));
  }

  /** clock_gettime(2) of `clock` (0 = real time, 1 = monotonic) in nanoseconds. */
  clock(clock: 0 | 1): bigint {
    this.call("clock_gettime", [clock, buf("time", 16)]);
    const bytes = this.one.operand(1, 16);
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    return view.getBigInt64(0, true) * 1000000000n + view.getBigInt64(8, true);
  }

  /** Sleeps for `ms` milliseconds. */
  sleep(ms: number): void {
    this.poll([], ms);
  }

  private pair(name: SyscallName, args: readonly Operand[], operand: number): [number, number] {
    this.call(name, args);
    const bytes = this.one.operand(operand, 8);
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
    return [view.getInt32(0, true), view.getInt32(4, true)];
  }

  /** A call whose operands need a program of their own. */
  private callLarge(name: SyscallName, args: readonly Operand[]): number {
    const carried = carry(this.host, [sys(name, args, { into: "result" })], NOTHING);
    if (carried.failure === undefined) return slotValue(carried, "result");
    return -(ERRNO_NUMBERS[carried.failure.errno as keyof typeof ERRNO_NUMBERS] ?? 1);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The error for a call that failed: the call with its operands, the errno and its words. */
export function callError(call: Call, errno: string): RuntError {
  const line = callLine(call);
  return new RuntError({
    code: "STEP_FAILED",
    message: `${line}: ${errno}: ${errnoText(errno)}`,
    call: line,
    errno,
  });
}

/** Resolution flags for a walk that may not leave the directory nor follow any link. */
export const RESOLVE_STRICT = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;
