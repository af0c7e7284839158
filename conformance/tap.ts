/** What one program's TAP says, added up over all the streams that it printed. */
export interface Points {
  /** Points that passed, without the skipped ones. */
  readonly ok: number;
  readonly notOk: number;
  /** Points with a SKIP or TODO directive, whatever their result. */
  readonly skipped: number;
  /** The text of the first failed point. */
  readonly firstFailure: string | undefined;
  /** The first `error:` line of a diagnostic block. Some programs say only by this that something failed. */
  readonly firstError: string | undefined;
}

const POINT = /^(not )?ok\b(?: +\d+)?(?: +- )?(.*)$/;
const DIRECTIVE = /(?:^|\s)# *(?:skip|todo)\b/i;
const ERROR = /^ *"?error"?: *"?(.*?)"?$/;

/**
 * Reads the TAP of one program.
 *
 * The programs print flat TAP, sometimes several streams one after the other, and diagnostics as YAML blocks that
 * may hold the whole TAP of a container as indented text. Only points at the beginning of a line and outside of such
 * blocks count.
 */
export function parseTap(text: string): Points {
  let ok = 0;
  let notOk = 0;
  let skipped = 0;
  let firstFailure: string | undefined;
  let firstError: string | undefined;
  let inBlock = false;
  for (const line of text.split("\n")) {
    if (inBlock || line === "  ---") {
      inBlock = line !== "  ...";
      firstError ??= inBlock ? ERROR.exec(line)?.[1] : undefined;
      continue;
    }
    const point = POINT.exec(line);
    if (point === null) continue;
    const [, failed, title = ""] = point;
    if (DIRECTIVE.test(title)) skipped++;
    else if (failed === undefined) ok++;
    else {
      notOk++;
      firstFailure ??= title;
    }
  }
  return { ok, notOk, skipped, firstFailure, firstError };
}
