import { RuntError } from "../error/runt-error.ts";
import type { CommandName } from "./commands.ts";
import type { CliLog } from "./log.ts";
import { oneLine } from "./log-record.ts";
import type { Output } from "./output.ts";

/** What the report says besides the error itself. */
export interface ReportContext {
  /** "runt", or "runc" when it was started under that name. */
  program: string;
  /** The command that failed; undefined when the command line itself is wrong. */
  command: CommandName | undefined;
  log: CliLog;
  output: Output;
}

/** How an error reads. */
export interface ErrorReport {
  /** The whole error on one line. */
  line: string;
  /** What the log says besides. */
  fields: Readonly<Record<string, string>>;
  /** Of a bug in runt: where it happened; only a debug log shows it. */
  stack: string | undefined;
}

/** What managers and users expect before the text of a command's failure. */
function prefixOf(program: string, command: CommandName | undefined): string {
  if (command === "create" || command === "run") return `${program} ${command} failed: `;
  return command === "exec" ? "exec failed: " : "";
}

/** What the static binary's engine throws when a limit is hit: undefined for anything else. */
function exhaustionOf(thrown: unknown): string | undefined {
  // The engine throws null when there is no memory left even for an error.
  const name = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown;
  if (name === null || name === "InternalError: out of memory") {
    return "out of memory: the work needs more than runt may take; make config.json smaller, or raise the limit on address space (ulimit -v)";
  }
  if (name === "RangeError: Maximum call stack size exceeded") {
    return "out of stack: values nest too deep for the stack that runt may take; make config.json flatter, or raise the limit on stack (ulimit -s)";
  }
  // Where memory has run out may have been taken for another failure.
  return thrown instanceof Error && thrown.cause !== undefined ? exhaustionOf(thrown.cause) : undefined;
}

/** The report of anything thrown: an error of runt with all that it knows, a limit, or, for anything else, a bug in runt. */
export function describeError(
  thrown: unknown,
  program: string,
  command: CommandName | undefined,
): ErrorReport {
  const exhaustion = exhaustionOf(thrown);
  if (exhaustion !== undefined) {
    return { line: prefixOf(program, command) + exhaustion, fields: {}, stack: undefined };
  }
  if (!(thrown instanceof RuntError)) {
    const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return { line: oneLine(`${program}: internal error: ${text}`), fields: {}, stack };
  }
  const { code, phase, pointer, call, errno, hint } = thrown;
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries({ code, phase, pointer, call, errno, hint })) {
    if (value !== undefined) fields[key] = value;
  }
  return { line: oneLine(prefixOf(program, command) + thrown.line), fields, stack: undefined };
}

/**
 * Reports what a command threw: one record in the log and one plain line on standard error, which is the only place
 * where runt prints errors. A JSON log on standard error gets the record alone, a text one the plain line alone.
 * Returns the exit status: 255 for exec, whose callers tell its own failures from its command's by it, else 1.
 */
export function reportError(thrown: unknown, context: ReportContext): number {
  const { program, command, log, output } = context;
  const { line, fields, stack } = describeError(thrown, program, command);
  if (stack !== undefined) log.debug(stack);
  if (!log.onStderr || log.settings.format === "json") log.error(line, fields);
  if (!log.onStderr || log.settings.format === "text") output.printError(`${line}\n`);
  return command === "exec" ? 255 : 1;
}
