import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import { AT_FDCWD } from "../plan/build.ts";

const DEFAULT_ROOT = "/run/runt";
/** What /proc/self/uid_map holds in the initial user namespace. */
const ALL_IDS = /^\s*0\s+0\s+4294967295\s*$/;

/** What the state root depends on; the functions are asked only where the answer matters. */
export interface RootQuestion {
  /** --root; undefined when not given. */
  given: string | undefined;
  xdgRuntimeDir: string | undefined;
  user: string | undefined;
  euid: () => number;
  inUserNamespace: () => boolean;
  /** The working directory, absolute. */
  cwd: () => string;
}

export interface StateRoot {
  /** Absolute, without "." and "..", never "/". */
  path: string;
  /** True when --root named it. */
  given: boolean;
  /** True when it is below XDG_RUNTIME_DIR, whose cleaners spare only sticky entries. */
  inXdgRuntimeDir: boolean;
}

/**
 * Where the containers' state is: --root; else $XDG_RUNTIME_DIR/runt for a caller who is not the machine's root;
 * else /run/runt. An empty value counts as none. Throws USAGE for "/".
 */
export function resolveRoot(question: RootQuestion): StateRoot {
  const { given, xdgRuntimeDir } = question;
  if (given !== undefined && given !== "") {
    return { path: absoluteRoot(given, question.cwd), given: true, inXdgRuntimeDir: false };
  }
  if (xdgRuntimeDir !== undefined && xdgRuntimeDir !== "" && usesXdg(question)) {
    return { path: absoluteRoot(`${xdgRuntimeDir}/runt`, question.cwd), given: false, inXdgRuntimeDir: true };
  }
  return { path: DEFAULT_ROOT, given: false, inXdgRuntimeDir: false };
}

/** Root of the machine has XDG_RUNTIME_DIR too; root of a user namespace is somebody else outside. */
function usesXdg(question: RootQuestion): boolean {
  return question.euid() !== 0 || (question.user !== "root" && question.inUserNamespace());
}

function absoluteRoot(path: string, cwd: () => string): string {
  const parts: string[] = [];
  const whole = path.startsWith("/") ? path : `${cwd()}/${path}`;
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  if (parts.length > 0) return `/${parts.join("/")}`;
  throw new RuntError({
    code: "USAGE",
    message: `--root ${path}: the state root may not be /`,
    hint: "name a directory of its own",
  });
}

/** The root that this process's options and environment ask for. */
export function findRoot(sys: Sys, given: string | undefined, env: readonly string[]): StateRoot {
  return resolveRoot({
    given,
    xdgRuntimeDir: variable(env, "XDG_RUNTIME_DIR"),
    user: variable(env, "USER"),
    euid: () => sys.call("geteuid", []),
    inUserNamespace: () => !ALL_IDS.test(sys.readFile(AT_FDCWD, "/proc/self/uid_map")),
    cwd: () => sys.getcwd(),
  });
}

function variable(env: readonly string[], name: string): string | undefined {
  return env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}
