/** Checks of the hooks. SPEC(config#posix-platform-hooks) */
import { error, type Finding } from "../finding.ts";
import type { Hook, Spec } from "../types.ts";
import { absolute } from "./paths.ts";

const POINTS = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
] as const;

/** Every hook with its pointer. */
function hooksOf(spec: Spec): [string, Hook][] {
  return POINTS.flatMap((point) =>
    (spec.hooks?.[point] ?? []).map((hook, i): [string, Hook] => [`/hooks/${point}/${i}`, hook]),
  );
}

export function hookPathsAreAbsolute(spec: Spec): Finding[] {
  return hooksOf(spec).flatMap(([pointer, hook]) => absolute(`${pointer}/path`, hook.path));
}

export function hookTimeoutsArePositive(spec: Spec): Finding[] {
  return hooksOf(spec).flatMap(([pointer, { timeout }]) => {
    if (timeout === undefined || timeout > 0) return [];
    const hint = "use a number of seconds above 0, or leave it out for no limit";
    return [error(`${pointer}/timeout`, `${timeout} is not above zero`, hint)];
  });
}
