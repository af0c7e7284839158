import { RuntError } from "../error/runt-error.ts";
import type { Slot } from "./call.ts";

/** The error for a plan that breaks the encoder's rules: a bug in runt. */
export function broken(message: string): RuntError {
  return new RuntError({ code: "PLAN_BROKEN", message, phase: "encode" });
}

/** Prints a text operand: its slots in decimal. */
export function renderText(
  parts: readonly (string | { slot: Slot })[],
  known: ReadonlyMap<Slot, number>,
): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = known.get(part.slot);
      if (value === undefined) throw broken(`a text of the plan needs the slot ${part.slot} too early`);
      return String(value);
    })
    .join("");
}
