import type { ErrorCode } from "../error/codes.ts";

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
