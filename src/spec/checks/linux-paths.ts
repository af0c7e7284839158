/** Checks of the paths of the linux object. */
import { type Finding, shown, warning } from "../finding.ts";
import type { Spec } from "../types.ts";
import { absolute } from "./paths.ts";

/** SPEC(config-linux#masked-paths, config-linux#readonly-paths): absolute, inside the container. */
export function hiddenPathsAreAbsolute(spec: Spec): Finding[] {
  const fields = ["maskedPaths", "readonlyPaths"] as const;
  return fields.flatMap((field) =>
    (spec.linux?.[field] ?? []).flatMap((path, i) => absolute(`/linux/${field}/${i}`, path)),
  );
}

/** A path that climbs is cut off at the top, which is hardly what its author meant. */
export function cgroupsPathDoesNotClimb(spec: Spec): Finding[] {
  const path = spec.linux?.cgroupsPath ?? "";
  if (!path.split("/").includes("..")) return [];
  const reason = `${shown(path)} has ".." in it, which cannot lead above the top of the cgroups`;
  return [warning("/linux/cgroupsPath", reason, "write the path without it")];
}
