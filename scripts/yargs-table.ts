/**
 * The command table of src/cli/commands.ts as yargs parsers: one that lays out the help texts, and one that parses
 * command lines, against which a test holds runt's own parser.
 */
import yargs, { type Argv } from "yargs";
import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../src/cli/commands.ts";

const WIDTH = 100;

/** "--bundle DIR": yargs has no notion of a value's name, so it becomes part of the option's. */
function shownName(option: OptionSpec): string {
  return option.placeholder === undefined ? option.name : `${option.name} ${option.placeholder}`;
}

function withOptions(parser: Argv, options: readonly OptionSpec[], title: string): Argv {
  const shown = options.filter((option) => option.hidden !== true);
  for (const option of shown) {
    parser.option(shownName(option), { alias: [...(option.aliases ?? [])], describe: option.help });
  }
  return parser.group(shown.map(shownName), title);
}

function helpParser(): Argv {
  return yargs([])
    .scriptName("runt")
    .help(false)
    .version(false)
    .wrap(WIDTH)
    .updateStrings({ "Commands:": "COMMANDS:" });
}

/** The first lines of a help, which runc's users and tests know; yargs would strip the blanks. */
function head(name: string, usage: string): string {
  return `NAME:\n   ${name}\n\nUSAGE:\n   ${usage}\n\n`;
}

/** The words of the usage line after the program's name. */
export function usageWords(command: CommandSpec): string {
  const options = command.options.some((option) => option.hidden !== true) ? " [OPTION...]" : "";
  const positionals = command.positionals.usage === "" ? "" : ` ${command.positionals.usage}`;
  return `${command.name}${options}${positionals}`;
}

/** The help of runt as a whole. */
export async function mainHelp(): Promise<string> {
  const parser = helpParser();
  for (const command of COMMANDS) parser.command(usageWords(command), command.summary);
  const body = await withOptions(parser, GLOBAL_OPTIONS, "GLOBAL OPTIONS:").getHelp();
  const usage = "runt [GLOBAL OPTION...] COMMAND [OPTION...] [ARG...]";
  // yargs begins with a usage line of its own.
  const text = body.slice(body.indexOf("COMMANDS:"));
  return `${head("runt - Open Container Initiative runtime", usage)}${text}\n`;
}

/** The help of one command. */
export async function commandHelp(command: CommandSpec): Promise<string> {
  const top = head(`runt ${command.name} - ${command.summary}`, `runt ${usageWords(command)}`);
  const body = await withOptions(helpParser(), command.options, "OPTIONS:").getHelp();
  const options = body === "" ? "" : `${body}\n\n`;
  return `${top}${options}Global options may follow as well; runt --help lists them.\n`;
}

/** A parser of the command's (and the global) options as yargs reads them, for comparison. */
export function lineParser(command: CommandSpec | undefined): Argv {
  const own = command?.options ?? [];
  const shadowed = new Set(own.flatMap((option) => [option.name, ...(option.aliases ?? [])]));
  const inherited = GLOBAL_OPTIONS.filter((option) => !shadowed.has(option.name));
  const parser = yargs([])
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "boolean-negation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "halt-at-non-option": command?.stopAtFirst === true,
    });
  for (const option of [...own, ...inherited]) {
    const type = option.kind === "list" ? "array" : option.kind;
    parser.option(option.name, { alias: [...(option.aliases ?? [])], type });
  }
  return parser;
}
