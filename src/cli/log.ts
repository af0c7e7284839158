import { RuntError } from "../error/runt-error.ts";
import type { Sys } from "../host/sys.ts";
import { O } from "../plan/build.ts";
import type { Log } from "../runtime/context.ts";
import { jsonLine, type LogRecord, textLine } from "./log-record.ts";
import type { Output } from "./output.ts";

export interface LogSettings {
  /** File to append to; undefined = standard error. */
  path: string | undefined;
  format: "text" | "json";
  debug: boolean;
}

/**
 * The log. Its rules come from its readers: podman decodes the whole JSON file as one document, containerd's shim
 * as a stream whose last error counts, and both only after a failure. So a failing command writes exactly one error
 * record, in one write to an O_APPEND file, and nothing else: its warnings travel inside that record. Warnings of a
 * command that succeeds are written at its end. Text logs have no such readers; their warnings are written at once.
 */
export class CliLog implements Log {
  readonly settings: LogSettings;
  private readonly output: Output;
  private readonly now: () => string;
  private readonly warnings: LogRecord[] = [];
  /** Undefined = standard error. */
  private fd: number | undefined;

  /** `now` gives the time as RFC 3339 text. */
  constructor(output: Output, settings: LogSettings, now: () => string) {
    this.output = output;
    this.settings = settings;
    this.now = now;
  }

  /**
   * Opens the log file, which exists from then on even if nothing is ever logged (managers open it afterwards).
   * Throws USAGE when that fails; the log then goes to standard error.
   */
  open(sys: Sys): void {
    const { path } = this.settings;
    if (path === undefined) return;
    try {
      this.fd = sys.open(path, O.WRONLY | O.CREAT | O.APPEND | O.NOCTTY, 0o644);
    } catch (cause) {
      const errno = cause instanceof RuntError ? cause.errno : undefined;
      throw new RuntError({
        code: "USAGE",
        message: `--log: ${path} cannot be opened for appending: ${cause instanceof Error ? cause.message : cause}`,
        errno,
        cause,
      });
    }
  }

  debug(message: string): void {
    if (this.settings.debug) this.write(this.record("debug", message, {}));
  }

  warning(message: string): void {
    const record = this.record("warning", message, {});
    if (this.settings.format === "json") this.warnings.push(record);
    else this.write(record);
  }

  /** Writes the command's one error record. */
  error(message: string, fields: LogRecord["fields"]): void {
    const warnings = this.warnings.map((record) => record.msg);
    const all = warnings.length === 0 ? fields : { ...fields, warnings };
    this.warnings.length = 0;
    this.write(this.record("error", message, all));
  }

  /** Writes what waited for the command to succeed. */
  finish(): void {
    for (const record of this.warnings.splice(0)) this.write(record);
  }

  /** True when records go to standard error. */
  get onStderr(): boolean {
    return this.fd === undefined;
  }

  private record(level: LogRecord["level"], msg: string, fields: LogRecord["fields"]): LogRecord {
    return { level, msg, time: this.now(), fields };
  }

  private write(record: LogRecord): void {
    const line = this.settings.format === "json" ? jsonLine(record) : textLine(record);
    if (this.fd === undefined) this.output.printError(line);
    else this.output.write(this.fd, line);
  }
}
