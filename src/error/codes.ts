/**
 * The catalogue of error codes. A code is a promise to users and tools: it is never renamed and never
 * given a second meaning. docs/errors.md lists the same codes; a test compares the two.
 */
export const ERROR_CODES = {
  // The command line.
  USAGE: "the command line is wrong",
  // Bundle and config.json.
  BUNDLE: "the bundle is missing or unreadable",
  JSON: "a JSON text cannot be parsed",
  SPEC_INVALID: "a field of config.json does not fit the runtime specification",
  SPEC_UNSUPPORTED: "a field of config.json is valid, but runt does not carry it out yet",
  // The machine.
  HOST_UNSUPPORTED: "this kernel or host lacks something that the config asks for",
  PERMISSION: "the caller may not do this",
  // Containers and their state.
  ID_INVALID: "the container id is malformed",
  EXISTS: "a container with this id already exists",
  NOT_FOUND: "no container has this id",
  WRONG_STATUS: "the container's status does not allow the operation",
  STATE_BROKEN: "the container's state file cannot be read",
  LOCKED: "another runt works on this container",
  // Carrying out a plan.
  STEP_FAILED: "a step of the plan failed",
  INIT_DIED: "the container's first process died during set-up",
  OOM_KILLED: "the memory limit was too low for the set-up",
  PIDS_LIMIT: "the pids limit was too low for the set-up",
  EXEC_NOT_FOUND: "the command does not exist in the container",
  EXEC_NOT_EXECUTABLE: "the command exists but cannot be executed",
  INTERRUPTED: "a signal ended runt before the container had started",
  HOOK_FAILED: "a hook failed or ran too long",
  CGROUP: "a cgroup could not be made, joined, limited or removed",
  CONSOLE: "the terminal or the console socket could not be set up",
  SIGNAL_UNKNOWN: "the signal's name or number is unknown",
  PLAN_BROKEN: "runt made a plan that breaks its own rules (a bug in runt)",
} as const;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERROR_CODES;
