import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "./facts.ts";

/** The oldest kernel that has every system call and flag that plans are made of. */
const NEEDED = { major: 5, minor: 14 } as const;

/** Throws HOST_UNSUPPORTED on a kernel that lacks what every plan needs. */
export function refuseOldKernel({ release, major, minor }: HostFacts["kernel"]): void {
  if (major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor)) return;
  throw new RuntError({
    code: "HOST_UNSUPPORTED",
    message: `runt needs Linux ${NEEDED.major}.${NEEDED.minor} or later (for its calls on mounts, paths and processes), this is Linux ${release}`,
    hint: "update the kernel",
  });
}
