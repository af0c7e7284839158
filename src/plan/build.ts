/** Short spellings for the calls that plans are made of; each returns data and does nothing. */

import type { SyscallName } from "../tables/syscalls.ts";
import type { Assert, Call, ErrnoRule, Field, Load, Operand, Pointer, Slot, SysCall } from "./call.ts";

type Extra = Omit<SysCall, "op" | "name" | "args">;

const NOTHING: Extra = {};

/**
 * A system call by name; `extra` holds into, expect, tolerate and load. All members are always there: an interpreter
 * copies and finds them faster so.
 */
export function sys(name: SyscallName, args: readonly Operand[], extra: Extra = NOTHING): SysCall {
  return {
    op: "sys",
    name,
    args,
    into: extra.into,
    expect: extra.expect,
    tolerate: extra.tolerate,
    load: extra.load,
  };
}

/** The operand that stands for the value of `slot`. */
export function slot(name: Slot): { slot: Slot } {
  return { slot: name };
}

/** A NUL-terminated string operand. */
export function str(text: string): Pointer {
  return { str: text };
}

/** A named writable buffer of `size` bytes. */
export function buf(name: string, size: number): { buf: string; size: number } {
  return { buf: name, size };
}

/** Memory made of fields. */
export function block(...fields: Field[]): Pointer {
  return { block: fields };
}

/** Loads `width` bytes at `offset` of buffer `from` into the slot `into`. */
export function load(into: Slot, from: string, offset: number, width: 1 | 2 | 4 | 8): Load {
  return { into, buf: from, offset, width };
}

/** An errno that is no failure, with its reason; `to` names the label to go on at. */
export function tolerate(errno: string, why: string, to?: string): ErrnoRule {
  return { errno, why, to };
}

export function label(name: string): Call {
  return { op: "label", name };
}

export function goto(to: string): Call {
  return { op: "goto", to };
}

/** Fails with `errno` unless (slot & mask) == equals. */
export function assert(check: Omit<Assert, "op">): Call {
  return { op: "assert", ...check };
}

export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_RECURSIVE = 0x8000;

export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
} as const;

/** O_DIRECTORY and O_NOFOLLOW differ between the architectures. */
export function archFlags(arch: "x86_64" | "aarch64"): { DIRECTORY: number; NOFOLLOW: number } {
  return arch === "x86_64"
    ? { DIRECTORY: 0o200000, NOFOLLOW: 0o400000 }
    : { DIRECTORY: 0o40000, NOFOLLOW: 0o100000 };
}

export const RESOLVE = {
  NO_XDEV: 1,
  NO_MAGICLINKS: 2,
  NO_SYMLINKS: 4,
  BENEATH: 8,
  IN_ROOT: 16,
} as const;

/** The open_how of openat2(2). */
export function openHow(flags: number, resolve: number, mode = 0): Pointer {
  return { block: [{ u64: flags }, { u64: mode }, { u64: resolve }] };
}
export const OPEN_HOW_SIZE = 24;

/** openat2 of `path` below the directory `dir`; O_CLOEXEC is always set. */
export function openAt2(
  dir: Slot,
  path: string,
  flags: number,
  resolve: number,
  extra: Extra & { mode?: number } = {},
): SysCall {
  const how = openHow(flags | O.CLOEXEC, resolve, extra.mode ?? 0);
  return sys("openat2", [{ slot: dir }, { str: path }, how, OPEN_HOW_SIZE], extra);
}
