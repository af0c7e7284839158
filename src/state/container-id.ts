import { RuntError } from "../error/runt-error.ts";

const FORMAT = /^[A-Za-z0-9_+.-]+$/;
/** Longest name of a directory entry on Linux. */
const LONGEST = 255;

/** Throws ID_INVALID unless `id` is one or more of [A-Za-z0-9_+.-], not "." or "..", and fits a file name. */
export function checkContainerId(id: string): void {
  if (id === "") throw new RuntError({ code: "ID_INVALID", message: "container id cannot be empty" });
  if (FORMAT.test(id) && id !== "." && id !== ".." && id.length <= LONGEST) return;
  const why = id.length > LONGEST ? `it has ${id.length} characters` : "";
  throw new RuntError({
    code: "ID_INVALID",
    message: `invalid container ID format: ${JSON.stringify(id)}${why === "" ? "" : ` (${why})`}`,
    hint: `use 1 to ${LONGEST} of the characters A-Z a-z 0-9 _ + . -`,
  });
}
