import { RuntError } from "../error/runt-error.ts";
import { AT_FDCWD } from "../plan/build.ts";
import { unknownCapability } from "../spec/checks/process.ts";
import { parseJson } from "../spec/parse-json.ts";
import type { Process, User } from "../spec/types.ts";
import { validateProcess } from "../spec/validate.ts";
import type { StateFile } from "../state/state-file.ts";
import type { ExecOptions, Runtime } from "./context.ts";

/**
 * The process that exec adds: the whole of --process, or else the container's own process with the options on top.
 * Throws SPEC_INVALID, JSON, USAGE.
 */
export function execProcess(rt: Runtime, state: StateFile, options: ExecOptions): Process {
  const process =
    options.process === undefined ? fromOptions(rt, state, options) : fromFile(rt, options.process);
  if ((process.args ?? []).length === 0) {
    throw new RuntError({
      code: "USAGE",
      message: "exec args cannot be empty",
      hint: "name the command to run after the container id, or in args of --process",
    });
  }
  return process;
}

function fromFile(rt: Runtime, path: string): Process {
  const text = rt.sys.readFileIfThere(AT_FDCWD, path);
  if (text === undefined) {
    throw new RuntError({ code: "USAGE", message: `--process ${path}: no such file or directory` });
  }
  const { value, findings } = parseJson(text, path);
  const all = [...findings, ...validateProcess(value)];
  const first = all.find((finding) => finding.severity === "error");
  for (const finding of all)
    if (finding.severity === "warning") rt.log.warning(`${path}: ${finding.message}`);
  if (first === undefined) return value as Process;
  throw new RuntError({
    code: first.code,
    message: `${path}: ${first.message}`,
    pointer: first.pointer,
    hint: first.hint,
  });
}

function fromOptions(rt: Runtime, state: StateFile, options: ExecOptions): Process {
  const own = state.spec.process;
  warnOfUnknown(rt, options.capabilities);
  return {
    ...own,
    terminal: options.tty,
    consoleSize: undefined,
    args: [...options.args],
    cwd: options.cwd ?? own?.cwd ?? "/",
    env: [...(own?.env ?? []), ...options.env],
    user: userOf(own?.user, options),
    capabilities: withCapabilities(own?.capabilities, options.capabilities),
    noNewPrivileges: options.noNewPrivileges || (own?.noNewPrivileges ?? false),
    apparmorProfile: options.apparmorProfile ?? own?.apparmorProfile,
    selinuxLabel: options.processLabel ?? own?.selinuxLabel,
  };
}

function userOf(own: User | undefined, options: ExecOptions): User {
  const base: User = own ?? { uid: 0, gid: 0 };
  const groups = [...(base.additionalGids ?? []), ...options.additionalGids];
  if (options.user === undefined) return { ...base, additionalGids: groups };
  const [uid = "0", gid] = options.user.split(":");
  return {
    ...base,
    uid: Number(uid),
    gid: gid === undefined ? base.gid : Number(gid),
    additionalGids: groups,
  };
}

/** The words that create has for a config with such a name. */
function warnOfUnknown(rt: Runtime, capabilities: readonly string[]): void {
  for (const name of capabilities) {
    const unknown = unknownCapability(name);
    if (unknown === undefined) continue;
    rt.log.warning(`--cap: ${unknown.reason}${unknown.hint === undefined ? "" : `; ${unknown.hint}`}`);
  }
}

/**
 * CVE-2022-29162: added capabilities never become inheritable, and ambient only where the config has an inheritable
 * set at all.
 */
function withCapabilities(own: Process["capabilities"], added: readonly string[]): Process["capabilities"] {
  if (added.length === 0) return own;
  const more = (set: readonly string[] | undefined): string[] => [...new Set([...(set ?? []), ...added])];
  return {
    ...own,
    bounding: more(own?.bounding),
    effective: more(own?.effective),
    permitted: more(own?.permitted),
    ...(own?.inheritable === undefined ? {} : { ambient: more(own.ambient) }),
  };
}
