import type { ErrorCode } from "./codes.ts";

/** Everything that is known about a failure; each field is filled where the failure is seen first. */
export interface ErrorFacts {
  /** Code of the catalogue in codes.ts. */
  code: ErrorCode;
  /** What failed and why, one line, lower case, no full stop; names the field and the value. */
  message: string;
  /** The operation's part in which it failed, for example "mount", "cgroup", "hook". */
  phase?: string | undefined;
  /** JSON pointer of the config field that caused the step, for example "/mounts/3". */
  pointer?: string | undefined;
  /** The system call with its operands as a person reads them. */
  call?: string | undefined;
  /** Name of the errno, for example "EPERM". */
  errno?: string | undefined;
  /** What to do about it, one line. */
  hint?: string | undefined;
  /** The failure below this one. */
  cause?: unknown;
}

/** The one error of runt: born where a call or a check fails, carried unchanged to the last output line. */
export class RuntError extends Error {
  readonly code: ErrorCode;
  readonly phase: string | undefined;
  readonly pointer: string | undefined;
  readonly call: string | undefined;
  readonly errno: string | undefined;
  readonly hint: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "RuntError";
    this.code = facts.code;
    this.phase = facts.phase;
    this.pointer = facts.pointer;
    this.call = facts.call;
    this.errno = facts.errno;
    this.hint = facts.hint;
  }

  /** The whole error as one line: message, then the cure where one is known. */
  get line(): string {
    return this.hint === undefined ? this.message : `${this.message}; ${this.hint}`;
  }
}

/** A copy of `error` with more said about it; fields already set are kept unless `facts` replaces them. */
export function enrich(error: RuntError, facts: Partial<ErrorFacts>): RuntError {
  return new RuntError({
    code: facts.code ?? error.code,
    message: facts.message ?? error.message,
    phase: facts.phase ?? error.phase,
    pointer: facts.pointer ?? error.pointer,
    call: facts.call ?? error.call,
    errno: facts.errno ?? error.errno,
    hint: facts.hint ?? error.hint,
    cause: error,
  });
}
