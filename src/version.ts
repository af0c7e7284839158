import { SPEC_VERSION } from "./state/output.ts";

/** Set by the build to the commit that was built. */
declare const RUNT_COMMIT: string | undefined;

/** The version of package.json. */
export const VERSION = "0.1.0";

const COMMIT = typeof RUNT_COMMIT === "string" ? RUNT_COMMIT : "unknown";

/**
 * What `--version` prints. containerd and BuildKit read a version only after the words "runc version", and dockerd
 * takes the last line that holds the word; so the program's name comes first and no other line says "version".
 */
export function versionText(program: string): string {
  return `${program} version ${VERSION}\ncommit: ${COMMIT}\nspec: ${SPEC_VERSION}\n`;
}

/** The name that runt goes by: "runc" when it was started under that name, which is how go-runc knows its version. */
export function programName(argv0: string): string {
  return argv0.slice(argv0.lastIndexOf("/") + 1) === "runc" ? "runc" : "runt";
}
