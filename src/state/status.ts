import { RuntError } from "../error/runt-error.ts";

/** SPEC(runtime#state): the four statuses, and "paused", which the spec allows a runtime to add. */
export type Status = "creating" | "created" | "running" | "paused" | "stopped";

export function canStart(status: Status): boolean {
  return status === "created";
}

export function canKill(status: Status): boolean {
  return status === "created" || status === "running" || status === "paused";
}

/** Without --force; a created container is killed first, as runc does. */
export function canDelete(status: Status): boolean {
  return status === "stopped" || status === "created";
}

export function canExec(status: Status): boolean {
  return status === "running" || status === "created";
}

/** The error for an operation that `status` does not allow; `message` holds the words that managers match. */
export function wrongStatus(message: string, hint?: string): RuntError {
  return new RuntError({ code: "WRONG_STATUS", message, hint });
}
