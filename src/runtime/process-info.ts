import { readShortFile } from "../host/short-file.ts";
import type { Sys } from "../host/sys.ts";

/** What /proc/<pid>/stat says of a process. */
export interface ProcessInfo {
  /** One letter, proc_pid_stat(5): Z and X are dead. */
  state: string;
  /** Clock ticks after boot. */
  startTime: number;
}

/** Reads state and start time of `pid` in the runtime's pid namespace; undefined when there is no such process. */
export function processInfo(sys: Sys, pid: number): ProcessInfo | undefined {
  const text = readStat(sys, pid);
  if (text === undefined) return undefined;
  // The command name (field 2) is in parentheses and may hold blanks and parentheses itself.
  let at = text.lastIndexOf(")") + 2;
  const state = text.charAt(at);
  for (let field = 3; field < 22; field++) at = text.indexOf(" ", at) + 1;
  return { state, startTime: Number(text.slice(at, text.indexOf(" ", at))) };
}

function readStat(sys: Sys, pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    const file = readShortFile(sys, `/proc/${pid}/stat`);
    return file && sys.host.text(file.bytes);
  } catch (error) {
    // KERNEL: a process that ends between open and read gives ESRCH.
    if ((error as { errno?: string }).errno === "ESRCH") return undefined;
    throw error;
  }
}

/** True when `pid` is the process that started at `startTime`, and is no zombie. */
export function isAlive(sys: Sys, pid: number, startTime: number): boolean {
  const info = processInfo(sys, pid);
  return info !== undefined && info.startTime === startTime && info.state !== "Z" && info.state !== "X";
}
