import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import { AT_EMPTY_PATH } from "../plan/build.ts";

const FIRST_FD = 3;

/**
 * Throws USAGE unless the caller has passed descriptors 3 to `count` + 2.
 * SAFETY: called before runt opens any of its own, which must not slip into the container in place of a missing one.
 */
export function checkPreservedFds(sys: Sys, count: number): void {
  for (let i = 0; i < count; i++) {
    try {
      sys.stat(FIRST_FD + i, "", AT_EMPTY_PATH);
    } catch (cause) {
      throw new RuntError({
        code: "USAGE",
        message: `unable to stat preserved-fd ${i} (of ${count}): descriptor ${FIRST_FD + i} is not open`,
        hint: "pass as many descriptors, from 3 on, as --preserve-fds says",
        cause,
      });
    }
  }
}
