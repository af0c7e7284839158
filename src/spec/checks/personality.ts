/** Check of the execution domain. SPEC(config-linux#personality) */
import { error, type Finding, shown } from "../finding.ts";
import type { Spec } from "../types.ts";

/** The specification defines no flag so far, so that any is a value that is not supported. */
export function personalityHasNoFlags(spec: Spec): Finding[] {
  return (spec.linux?.personality?.flags ?? []).map((flag, i) =>
    error(`/linux/personality/flags/${i}`, `no flag is defined, so ${shown(flag)} is unknown`, "remove it"),
  );
}
