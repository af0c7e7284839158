/**
 * The vocabulary of a plan: calls and their operands, as data. Both hands of runt (the parent through a Host,
 * and runt-init) understand exactly this and nothing else.
 */

import type { SyscallName } from "../tables/syscalls.ts";

/** Name of a value that a call leaves behind (a file descriptor, a pid, a length), for example "rootfs.fd". */
export type Slot = string;

/** A piece of memory that the kernel reads: fields one after the other, little endian, naturally packed. */
export type Field =
  | { u8: number }
  | { u16: number }
  | { u32: number }
  | { u64: number | bigint }
  /** Raw bytes. */
  | { bytes: Uint8Array }
  /** `width` bytes taken from a slot when the call is made. */
  | { slot: Slot; width: 4 | 8 }
  /** Eight bytes: the address of another operand. */
  | { ptr: Pointer };

/** An operand that is passed as an address. */
export type Pointer =
  /** A NUL-terminated string (UTF-8); must hold no NUL itself. */
  | { str: string }
  /** A NULL-terminated vector of strings (argv, envp); a slot prints in decimal (host lists only). */
  | { vec: readonly (string | { slot: Slot })[] }
  /** Constant bytes. */
  | { bytes: Uint8Array }
  /** Fields, some of them filled from slots or with addresses. */
  | { block: readonly Field[] }
  /** A named writable buffer of `size` bytes; the same name is the same memory within one list. */
  | { buf: string; size: number }
  /**
   * Text with slots printed in decimal between its parts. Only in host lists, and only slots that are known when the
   * step is encoded: together with its neighbours up to the next step that the runtime itself has a hand in.
   */
  | { text: readonly (string | { slot: Slot })[] };

/** An operand of a system call. */
export type Operand = number | bigint | { slot: Slot } | Pointer;

/** An errno that is not a failure here: why, and where to go on (default: the next call). */
export interface ErrnoRule {
  errno: string;
  why: string;
  to?: string | undefined;
}

/** Reads `width` bytes at `offset` of buffer `buf` into a slot after the call succeeded. */
export interface Load {
  into: Slot;
  buf: string;
  offset: number;
  width: 1 | 2 | 4 | 8;
}

/** One system call. A negative result fails the step unless `tolerate` lists its errno. */
export interface SysCall {
  op: "sys";
  name: SyscallName;
  args: readonly Operand[];
  /** Slot that receives the result. A tolerated errno leaves -errno there. */
  into?: Slot | undefined;
  /** The exact result that means success (for example the length of a write); else EIO... fails the step. */
  expect?: number | undefined;
  tolerate?: readonly ErrnoRule[] | undefined;
  load?: readonly Load[] | undefined;
}

/** Fails with `errno` unless (slot & mask) == equals. */
export interface Assert {
  op: "assert";
  slot: Slot;
  mask?: number | bigint | undefined;
  equals: number | bigint;
  errno: string;
  why: string;
}

/** Makes a child by clone3; the child runs `child` and must end in a call that does not return (or fails). */
export interface Spawn {
  op: "spawn";
  /** CLONE_* flags without the exit signal. */
  flags: number;
  /** Slot for the child's pid (in the caller's pid namespace). */
  into: Slot;
  /** Slot for a pidfd of the child (CLONE_PIDFD is added). */
  pidfd?: Slot | undefined;
  /** Slot with the fd of the cgroup2 directory that the child is born in (CLONE_INTO_CGROUP is added). */
  cgroup?: Slot | undefined;
  child: readonly Call[];
}

export type Call =
  | SysCall
  | Assert
  | Spawn
  /** slot = value */
  | { op: "set"; slot: Slot; value: Operand }
  /** Go to the label when (slot & mask) == equals. */
  | { op: "branch"; slot: Slot; mask?: number | bigint | undefined; equals: number | bigint; to: string }
  | { op: "goto"; to: string }
  | { op: "label"; name: string }
  /** Host lists only: from now on every signal of the mask writes its number, one byte, to the fd. */
  | { op: "watch"; fd: Slot; mask: bigint }
  /** Fails the step with this errno; `why` is what a person reads. */
  | { op: "fail"; errno: string; why: string };
