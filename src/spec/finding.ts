import type { ErrorCode } from "../error/codes.ts";
import { fieldOf } from "./pointer.ts";

/** One thing that is wrong (error) or odd (warning) about a document. */
export interface Finding {
  severity: "error" | "warning";
  code: ErrorCode;
  /** JSON pointer of the field. */
  pointer: string;
  /** One line: field, value, reason. */
  message: string;
  /** The cure. */
  hint?: string | undefined;
}

/** An error about the field at `pointer`; the message gets the field's name in front. */
export function error(pointer: string, reason: string, hint: string): Finding {
  return {
    severity: "error",
    code: "SPEC_INVALID",
    pointer,
    message: `${fieldOf(pointer)}: ${reason}`,
    hint,
  };
}

/** A warning about the field at `pointer`, with the same parts. */
export function warning(pointer: string, reason: string, hint?: string): Finding {
  return {
    severity: "warning",
    code: "SPEC_INVALID",
    pointer,
    message: `${fieldOf(pointer)}: ${reason}`,
    hint,
  };
}

/** A value as a finding shows it: JSON, cut where it gets long. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 100 ? text : `${text.slice(0, 97)}..."`;
}
