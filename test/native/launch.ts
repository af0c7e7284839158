/** Starts runt-init from Node with a program, as the runtime does: execveat of a memfd in a spawned child. */
import type { Host } from "../../src/host/port.ts";
import { HEADER, HEADER_SIZE, OP_FLAG } from "../../src/plan/format.ts";
import { type SyscallName, syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp, type RawOperand } from "../host-contract/assembler.ts";

const CLONE_VM = 0x100n;
const CLONE_CLEAR_SIGHAND = 0x100000000n;
const AT_EMPTY_PATH = 0x1000;
const SIGCHLD = 17;
const P_PID = 1;
const WEXITED = 4;
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const MFD_CLOEXEC = 1;
const EAGAIN = 11;

/** Where things are in the data of the launching program. */
const AT = {
  args: 0,
  info: 88,
  empty: 216,
  argv: 224,
  envp: 248,
  name: 256,
  number: 264,
  extra: 280,
  size: 296,
};

/** How a child ended, as waitid(2) tells it (code 1 = exited, 2 = killed), and what it reported. */
export interface Ending {
  code: number;
  status: number;
  /** The bytes on the report pipe. */
  report: Uint8Array;
}

/** One system call; throws on failure. Bytes among the operands are put into the data. */
export function call(host: Host, name: SyscallName, ...args: (number | Uint8Array)[]): number {
  let size = 0;
  const operands: RawOperand[] = args.map((arg) => {
    if (typeof arg === "number") return arg;
    size += arg.length;
    return { data: size - arg.length };
  });
  const data = new Uint8Array(size);
  args.forEach((arg, i) => {
    if (typeof arg !== "number") data.set(arg, Number((operands[i] as { data: number }).data));
  });
  const op: RawOp = { code: "SYS", nr: syscallNumber(name, host.arch), dst: 0, args: operands };
  const { bytes, view, dataAt } = assemble({ slots: [-1], data, ops: [op, { code: "END" }] });
  host.run(bytes);
  const errno = view.getInt32(HEADER.FAIL_ERRNO, true);
  if (errno !== 0) throw new Error(`${name}: errno ${errno}`);
  args.forEach((arg, i) => {
    if (typeof arg === "number") return;
    const at = dataAt + Number((operands[i] as { data: number }).data);
    arg.set(bytes.subarray(at, at + arg.length));
  });
  return Number(view.getBigInt64(HEADER_SIZE, true));
}

/** A memfd that holds `bytes`. */
export function memfd(host: Host, bytes: Uint8Array, flags: number): number {
  const fd = call(host, "memfd_create", new TextEncoder().encode("runt\0"), flags);
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(call(host, "write", fd, rest, rest.length));
  return fd;
}

/** A pipe; the write end survives execve, as a report fd must. */
export function pipe(host: Host): [read: number, write: number] {
  const fds = new Int32Array(2);
  const bytes = new Uint8Array(fds.buffer);
  call(host, "pipe2", bytes, O_CLOEXEC | O_NONBLOCK);
  const write = call(host, "fcntl", fds[1] ?? -1, 0, 500);
  call(host, "close", fds[1] ?? -1);
  return [fds[0] ?? -1, write];
}

/** The memory of the launching program: clone_args, an empty path, argv, an empty envp. */
function launchData(share: boolean, argument: string): Uint8Array {
  const data = new Uint8Array(AT.size);
  const view = new DataView(data.buffer);
  view.setBigUint64(AT.args, share ? CLONE_VM | CLONE_CLEAR_SIGHAND : 0n, true);
  view.setBigUint64(AT.args + 32, BigInt(SIGCHLD), true);
  data.set(new TextEncoder().encode("runt-i\0"), AT.name);
  data.set(new TextEncoder().encode(`${argument}\0`), AT.number);
  return data;
}

/** How runt-init is started in a test. */
export interface LaunchOptions {
  /** argv[1] instead of the program's fd; undefined = none. */
  argument?: string | undefined;
  /** Ops of the child before its execve. */
  before?: readonly RawOp[];
  /** Bytes that those ops can use at data offset 280 (at most 16). */
  extra?: Uint8Array;
  /** False copies the memory, as fork does. */
  share?: boolean;
}

/** The bytes of the launching program for runt-init in `image` with argv[1] `argument`. */
export function launcher(host: Host, image: number, argument: string | undefined, options: LaunchOptions) {
  const nr = (name: SyscallName) => syscallNumber(name, host.arch);
  const data = launchData(options.share ?? true, argument ?? "");
  data.set(options.extra ?? [], AT.extra);
  const exec: RawOperand[] = [image, { data: AT.empty }, { data: AT.argv }, { data: AT.envp }, AT_EMPTY_PATH];
  return assemble({
    slots: [-1, -1, -1],
    data,
    relocs: [
      [AT.argv, AT.name],
      [AT.argv + 8, argument === undefined ? AT.size : AT.number],
    ].slice(0, argument === undefined ? 1 : 2) as [number, number][],
    ops: [
      { code: "SPAWN", dst: 0, nr: 5, args: [{ data: AT.args }] },
      {
        code: "SYS",
        nr: nr("waitid"),
        args: [P_PID, { slot: 0 }, { data: AT.info }, WEXITED, 0],
        flags: OP_FLAG.EXPECT,
      },
      { code: "LOAD", nr: 4, dst: 1, args: [AT.info + 8] },
      { code: "LOAD", nr: 4, dst: 2, args: [AT.info + 24] },
      { code: "END" },
      ...(options.before ?? []),
      { code: "SYS", nr: nr("execveat"), args: exec },
      { code: "SYS", nr: nr("exit_group"), args: [99] },
      { code: "END" },
    ],
  });
}

/** Runs runt-init with `program` to its end; `reportRead` is the read end of the pipe for its records. */
export function launch(
  host: Host,
  program: Uint8Array,
  reportRead: number,
  options: LaunchOptions = {},
): Ending {
  const image = memfd(host, host.init, MFD_CLOEXEC);
  const fd = memfd(host, program, 0);
  const argument = "argument" in options ? options.argument : `${fd}`;
  const { bytes, view } = launcher(host, image, argument, options);
  host.run(bytes);
  call(host, "close", image);
  call(host, "close", fd);
  if (view.getInt32(HEADER.FAIL_PC, true) !== -1) throw new Error("runt-init could not be started");
  return {
    code: Number(view.getBigInt64(HEADER_SIZE + 8, true)),
    status: Number(view.getBigInt64(HEADER_SIZE + 16, true)),
    report: drain(host, reportRead),
  };
}

/** What is in a non-blocking pipe. */
function drain(host: Host, fd: number): Uint8Array {
  const bytes = new Uint8Array(64);
  try {
    return bytes.slice(0, call(host, "read", fd, bytes, bytes.length));
  } catch (error) {
    if ((error as Error).message === `read: errno ${EAGAIN}`) return new Uint8Array(0);
    throw error;
  }
}
