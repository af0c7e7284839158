import { RuntError } from "../error/runt-error.ts";
import type { ExecOptions } from "../runtime/context.ts";
import { isSet, listOf, numberOf, textOf } from "./option-values.ts";
import type { OptionValue, OptionValues } from "./parse-args.ts";

/** The highest id; 4294967295 stands for "no id" in the kernel. */
const MAX_ID = 4294967294;

/**
 * The options of `exec ID [ARG...]`. Throws USAGE for a user or group that is not numeric, and for a missing command
 * unless --process names a file that holds one.
 */
export function execOptions(options: OptionValues, positionals: readonly string[]): ExecOptions {
  const process = textOf(options, "process");
  const [id = "", ...args] = positionals;
  if (process === undefined && args.length === 0) {
    throw usage("exec args cannot be empty", "give a command after the id, or a file with --process");
  }
  return {
    id,
    args,
    process,
    cwd: textOf(options, "cwd"),
    env: listOf(options, "env"),
    tty: isSet(options, "tty"),
    user: checkedUser(options.get("user")),
    additionalGids: listOf(options, "additional-gids").map((text) => numericId("gid", text)),
    capabilities: listOf(options, "cap"),
    noNewPrivileges: isSet(options, "no-new-privs"),
    detach: isSet(options, "detach"),
    pidFile: textOf(options, "pid-file"),
    consoleSocket: textOf(options, "console-socket"),
    pidfdSocket: textOf(options, "pidfd-socket"),
    preserveFds: numberOf(options, "preserve-fds"),
    ignorePaused: isSet(options, "ignore-paused"),
    cgroups: listOf(options, "cgroup"),
    processLabel: textOf(options, "process-label"),
    apparmorProfile: textOf(options, "apparmor"),
  };
}

/** The value of --user when it is UID or UID:GID. An empty one is no user: whose id was it to be? */
function checkedUser(user: OptionValue | undefined): string | undefined {
  if (typeof user !== "string") return undefined;
  if (user === "") throw usage("--user is empty", "give UID or UID:GID, or leave --user out");
  const colon = user.indexOf(":");
  numericId("uid", colon < 0 ? user : user.slice(0, colon));
  if (colon >= 0) numericId("gid", user.slice(colon + 1));
  return user;
}

function numericId(kind: "uid" | "gid", text: string): number {
  if (/^[0-9]+$/.test(text) && Number(text) <= MAX_ID) return Number(text);
  const hint = `${kind}s are numbers from 0 to ${MAX_ID}; names are unknown outside the container`;
  throw usage(`bad ${kind} ${JSON.stringify(text)}`, hint);
}

function usage(message: string, hint: string): RuntError {
  return new RuntError({ code: "USAGE", message, hint });
}
