/** A small kernel in memory: pipes, processes and signals, just enough for the cases of the host contract. */
import { ERRNO_NUMBERS } from "../../src/tables/errnos.ts";
import type { SyscallName } from "../../src/tables/syscalls.ts";

/** The memory of the calling process: addresses are those that the interpreter handed out. */
export interface Memory {
  read(address: bigint, length: number): Uint8Array;
  write(address: bigint, bytes: Uint8Array): void;
}

/** One call that reached the kernel. */
export interface FakeCall {
  name: SyscallName;
  args: readonly bigint[];
  pid: number;
  result: number;
}

/** Thrown out of a process that ends. */
export class ProcessExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** What a system call does: result or negative errno. */
export type Handler = (args: readonly bigint[], memory: Memory, kernel: FakeKernel) => number;

type Pipe = number[];
type Description = { pipe: Pipe; writable: boolean };
interface Process {
  pid: number;
  fds: Map<number, Description>;
}

const CLD_EXITED = 1;

function errno(name: keyof typeof ERRNO_NUMBERS): number {
  return -ERRNO_NUMBERS[name];
}

/** Kernel state and the table of calls; calls that are not in the table give ENOSYS. */
export class FakeKernel {
  readonly calls: FakeCall[] = [];
  private readonly handlers = new Map<SyscallName, Handler>();
  private readonly failures: { name: SyscallName; errno: number; after: number }[] = [];
  private readonly zombies: { pid: number; status: number }[] = [];
  private readonly watched = new Map<number, number>();
  private current: Process = { pid: 1000, fds: new Map() };
  private lastPid = 1000;

  constructor() {
    const table: [SyscallName, Handler][] = [
      ["getpid", () => this.current.pid],
      ["openat", () => errno("ENOENT")],
      ["pipe2", (args, memory) => this.pipe(args, memory)],
      ["read", (args, memory) => this.read(args, memory)],
      ["write", (args, memory) => this.write(args, memory)],
      ["close", (args) => (this.current.fds.delete(Number(args[0])) ? 0 : errno("EBADF"))],
      ["dup3", (args) => this.dup(args)],
      ["kill", (args) => this.kill(Number(args[1]))],
      ["waitid", (args, memory) => this.wait(args, memory)],
    ];
    for (const [name, handler] of table) this.handlers.set(name, handler);
    this.handlers.set("exit_group", (args) => {
      throw new ProcessExit(Number(args[0]));
    });
  }

  /** Makes calls of `name` do `handler`. */
  handle(name: SyscallName, handler: Handler): void {
    this.handlers.set(name, handler);
  }

  /** Makes one call of `name` fail with `errnoName`, after `after` calls of it that go as usual. */
  fail(name: SyscallName, errnoName: keyof typeof ERRNO_NUMBERS, after = 0): void {
    this.failures.push({ name, errno: errno(errnoName), after });
  }

  /** Carries out one system call and records it. */
  call(name: SyscallName, args: readonly bigint[], memory: Memory): number {
    const record: FakeCall = { name, args, pid: this.current.pid, result: 0 };
    this.calls.push(record);
    const failure = this.dueFailure(name);
    const handler = this.handlers.get(name);
    record.result = failure ?? handler?.(args, memory, this) ?? errno("ENOSYS");
    return record.result;
  }

  /** Runs `body` as a new process with copies of the caller's fds, to its end; gives its pid. */
  spawn(body: () => void): number {
    const parent = this.current;
    const pid = ++this.lastPid;
    this.current = { pid, fds: new Map(parent.fds) };
    try {
      body();
    } catch (end) {
      if (!(end instanceof ProcessExit)) throw end;
      this.zombies.push({ pid, status: end.status });
    } finally {
      this.current = parent;
    }
    return pid;
  }

  /** From now on `signal` writes its number to `fd`. */
  watch(signal: number, fd: number): void {
    this.watched.set(signal, fd);
  }

  private dueFailure(name: SyscallName): number | undefined {
    const i = this.failures.findIndex((failure) => failure.name === name);
    const failure = this.failures[i];
    if (failure === undefined) return undefined;
    if (failure.after-- > 0) return undefined;
    this.failures.splice(i, 1);
    return failure.errno;
  }

  private open(description: Description): number {
    let fd = 3;
    while (this.current.fds.has(fd)) fd++;
    this.current.fds.set(fd, description);
    return fd;
  }

  private pipe(args: readonly bigint[], memory: Memory): number {
    const pipe: Pipe = [];
    const fds = new Int32Array([this.open({ pipe, writable: false }), this.open({ pipe, writable: true })]);
    memory.write(args[0] ?? 0n, new Uint8Array(fds.buffer));
    return 0;
  }

  private read(args: readonly bigint[], memory: Memory): number {
    const from = this.current.fds.get(Number(args[0]));
    if (from === undefined || from.writable) return errno("EBADF");
    const bytes = from.pipe.splice(0, Number(args[2]));
    memory.write(args[1] ?? 0n, Uint8Array.from(bytes));
    return bytes.length;
  }

  private write(args: readonly bigint[], memory: Memory): number {
    const to = this.current.fds.get(Number(args[0]));
    if (!to?.writable) return errno("EBADF");
    to.pipe.push(...memory.read(args[1] ?? 0n, Number(args[2])));
    return Number(args[2]);
  }

  private dup(args: readonly bigint[]): number {
    const from = this.current.fds.get(Number(args[0]));
    if (from === undefined) return errno("EBADF");
    if (args[0] === args[1]) return errno("EINVAL");
    this.current.fds.set(Number(args[1]), from);
    return Number(args[1]);
  }

  private kill(signal: number): number {
    const fd = this.watched.get(signal);
    if (fd !== undefined) this.current.fds.get(fd)?.pipe.push(signal);
    return 0;
  }

  /** waitid(P_PID, pid, siginfo, WEXITED). */
  private wait(args: readonly bigint[], memory: Memory): number {
    const i = this.zombies.findIndex((zombie) => zombie.pid === Number(args[1]));
    const [zombie] = i < 0 ? [] : this.zombies.splice(i, 1);
    if (zombie === undefined) return errno("ECHILD");
    memory.write(args[2] ?? 0n, siginfo(zombie));
    return 0;
  }
}

/** The siginfo_t of a child that exited. */
function siginfo(zombie: { pid: number; status: number }): Uint8Array {
  const info = new DataView(new ArrayBuffer(128));
  info.setInt32(0, 17, true);
  info.setInt32(8, CLD_EXITED, true);
  info.setInt32(16, zombie.pid, true);
  info.setInt32(24, zombie.status, true);
  return new Uint8Array(info.buffer);
}
