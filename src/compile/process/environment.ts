import { RuntError } from "../../error/runt-error.ts";

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The name of a "NAME=value" entry. Throws SPEC_INVALID for one without "=" or with an empty name. */
function nameOf(entry: string, index: number): string {
  const equals = entry.indexOf("=");
  if (equals > 0 && !entry.includes("\0")) return entry.slice(0, equals);
  const why = entry.includes("\0") ? "it holds a NUL byte" : "it is not NAME=value";
  throw new RuntError({
    code: "SPEC_INVALID",
    message: `process.env[${index}]: invalid environment variable ${JSON.stringify(entry)}: ${why}`,
    pointer: `/process/env/${index}`,
    hint: "write it as NAME=value",
  });
}

/** True when the environment names no home directory, so that the container's /etc/passwd has to be asked. */
export function needsHome(env: readonly string[]): boolean {
  return !env.some((entry) => entry.startsWith("HOME=") && entry.length > "HOME=".length);
}

/** The home directory of `uid` in the text of a passwd(5) file; "/" when it has none. */
export function parsePasswdHome(text: string, uid: number): string {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields.length >= 6 && /^\d+$/.test(fields[2] ?? "") && Number(fields[2]) === uid)
      return fields[5] || "/";
  }
  return "/";
}

/**
 * The environment of the process: every name once with its last value, in the order of first mention, and HOME.
 * Throws SPEC_INVALID for malformed entries.
 */
export function compileEnvironment(env: readonly string[], home: string | undefined): string[] {
  const values = new Map<string, string>();
  env.forEach((entry, i) => {
    const name = nameOf(entry, i);
    values.set(name, entry.slice(name.length + 1));
  });
  if (home !== undefined) values.set("HOME", home);
  return Array.from(values, ([name, value]) => `${name}=${value}`);
}

/** The value of PATH for the search of the executable. */
export function searchPath(env: readonly string[]): string {
  const entry = env.find((one) => one.startsWith("PATH="));
  return entry === undefined ? DEFAULT_PATH : entry.slice("PATH=".length);
}
