import { enrich } from "../error/runt-error.ts";
import type { Host } from "../host/port.ts";
import { Sys } from "../host/sys.ts";
import { AT_FDCWD } from "../plan/build.ts";
import type { Runtime } from "../runtime/context.ts";
import { programName, versionText } from "../version.ts";
import type { CommandSpec } from "./commands.ts";
import { COMMAND_FUNCTIONS } from "./dispatch.ts";
import { helpText } from "./help.ts";
import { CliLog } from "./log.ts";
import { isSet, textOf } from "./option-values.ts";
import { createOutput, type Output } from "./output.ts";
import { type OptionValues, type ParsedLine, parseArgs, type UsageProblem } from "./parse-args.ts";
import { reportError } from "./report-error.ts";
import { findRoot } from "./root.ts";

/** runt as a program: does what the command line says and ends the process with its status. */
export function main(host: Host): never {
  host.exit(runCommandLine(host));
}

/** Carries the command line out and returns the exit status. Never throws: every failure is reported here. */
export function runCommandLine(host: Host): number {
  const sys = new Sys(host);
  const output = createOutput(sys);
  const line = parseArgs(host.argv);
  const log = createLog(output, line.globals);
  try {
    log.open(sys);
    if (line.problem !== undefined) return reportProblem(host, line, line.problem, log, output);
    const status = carryOut(host, sys, line, log, output);
    log.finish();
    return status;
  } catch (thrown) {
    const command = line.command?.name;
    return reportError(thrown, { program: programName(host.argv0), command, log, output });
  }
}

function createLog(output: Output, globals: OptionValues): CliLog {
  const settings = {
    path: textOf(globals, "log"),
    format: textOf(globals, "log-format") === "json" ? ("json" as const) : ("text" as const),
    debug: isSet(globals, "debug"),
  };
  return new CliLog(output, settings, () => new Date().toISOString());
}

function carryOut(host: Host, sys: Sys, line: ParsedLine, log: CliLog, output: Output): number {
  const { globals, command, options, positionals } = line;
  if (isSet(globals, "version")) {
    output.print(versionText(programName(host.argv0)));
    return 0;
  }
  if (command === undefined || isSet(globals, "help")) {
    output.print(helpText(command?.name));
    return 0;
  }
  const rt = createRuntime(host, sys, globals, command, log);
  return COMMAND_FUNCTIONS[command.name]({ rt, options, positionals, output });
}

function createRuntime(
  host: Host,
  sys: Sys,
  globals: OptionValues,
  command: CommandSpec,
  log: CliLog,
): Runtime {
  const root = findRoot(sys, textOf(globals, "root"), host.env);
  log.debug(`${command.name}: the state root is ${root.path}`);
  if (root.inXdgRuntimeDir && (command.name === "create" || command.name === "run")) {
    // The sticky bit keeps cleaners of XDG_RUNTIME_DIR away from the state of long-lived containers.
    sys.mkdirat(AT_FDCWD, root.path, 0o1700, ["EEXIST", "ENOENT"]);
  }
  return {
    host,
    sys,
    root: root.path,
    rootGiven: root.given,
    systemdCgroup: isSet(globals, "systemd-cgroup"),
    log,
  };
}

/** A wrong number of positionals also gets the command's help, on standard output as runc has it. */
function reportProblem(
  host: Host,
  line: ParsedLine,
  problem: UsageProblem,
  log: CliLog,
  output: Output,
): number {
  let { error } = problem;
  if (problem.wrongCount) {
    output.print(`Incorrect Usage.\n\n${helpText(line.command?.name)}`);
    error = enrich(error, { message: `${host.argv0}: ${error.message}` });
  }
  // The command has not begun, so its own prefix and status do not apply.
  return reportError(error, { program: programName(host.argv0), command: undefined, log, output });
}
