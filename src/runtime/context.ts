import type { Host } from "../host/port.ts";
import type { Sys } from "../host/sys.ts";

/** Where warnings and debug lines go; errors are thrown, only the cli prints them. */
export interface Log {
  debug(message: string): void;
  warning(message: string): void;
}

/** What every operation works with. */
export interface Runtime {
  host: Host;
  sys: Sys;
  /** Absolute path of the state root, for example "/run/runt". */
  root: string;
  /** True when the caller named the root itself (a missing one is then an error for list). */
  rootGiven: boolean;
  systemdCgroup: boolean;
  log: Log;
}

/** Options of create and run. */
export interface CreateOptions {
  id: string;
  /** As given; relative ones start at the working directory. */
  bundle: string;
  pidFile?: string | undefined;
  consoleSocket?: string | undefined;
  pidfdSocket?: string | undefined;
  noPivot: boolean;
  noNewKeyring: boolean;
  preserveFds: number;
}

/** Options of run beyond create's. */
export interface RunOptions extends CreateOptions {
  detach: boolean;
  /** Leave the container's state and cgroup after it ended. */
  keep: boolean;
  noSubreaper: boolean;
}

/** Options of exec; `process` (a parsed process.json) replaces all the single ones. */
export interface ExecOptions {
  id: string;
  args: readonly string[];
  /** Path of a process.json. */
  process?: string | undefined;
  cwd?: string | undefined;
  env: readonly string[];
  tty: boolean;
  /** "UID[:GID]" */
  user?: string | undefined;
  additionalGids: readonly number[];
  capabilities: readonly string[];
  noNewPrivileges: boolean;
  detach: boolean;
  pidFile?: string | undefined;
  consoleSocket?: string | undefined;
  pidfdSocket?: string | undefined;
  preserveFds: number;
  ignorePaused: boolean;
  /** "[controller[,controller]:]path", relative to the container's cgroup. */
  cgroups: readonly string[];
  processLabel?: string | undefined;
  apparmorProfile?: string | undefined;
}

export interface KillOptions {
  id: string;
  /** Signal number. */
  signal: number;
  all: boolean;
}

export interface DeleteOptions {
  id: string;
  force: boolean;
}
