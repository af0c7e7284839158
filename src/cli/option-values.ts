import type { OptionValues } from "./parse-args.ts";

/** The text of an option; undefined when it was not given or is empty (managers pass `--root=""` for "none"). */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values.get(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** True when a boolean option was given and not as false. */
export function isSet(values: OptionValues, name: string): boolean {
  return values.get(name) === true;
}

/** The number of an option; 0 when it was not given. */
export function numberOf(values: OptionValues, name: string): number {
  const value = values.get(name);
  return typeof value === "number" ? value : 0;
}

/** All texts of a repeatable option, in order. */
export function listOf(values: OptionValues, name: string): readonly string[] {
  const value = values.get(name);
  return Array.isArray(value) ? value : [];
}
