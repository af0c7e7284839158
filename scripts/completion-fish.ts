import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../src/cli/commands.ts";
import { firstPositional, quote, valueSource } from "./completion-words.ts";

const ESCAPE = "\\'";

function optionLine(option: OptionSpec, condition: string): string {
  const names = [option.name, ...(option.aliases ?? [])].map((name) =>
    name.length === 1 ? `-s ${name}` : `-l ${name}`,
  );
  return `complete -c runt${condition} ${names.join(" ")}${value(option)} -d ${quote(option.help, ESCAPE)}`;
}

function value(option: OptionSpec): string {
  if (option.kind === "boolean") return "";
  const source = valueSource(option);
  if (source === "files") return " -r -F";
  if (source === "directories") return " -x -a '(__fish_complete_directories)'";
  return source === "nothing" ? " -x" : ` -x -a ${quote(source.join(" "), ESCAPE)}`;
}

function commandLines(command: CommandSpec): string[] {
  const condition = ` -n '__fish_seen_subcommand_from ${command.name}'`;
  const source = firstPositional(command);
  const words = source === "id" ? "(runt list -q 2>/dev/null)" : source.join(" ");
  return [
    `complete -c runt -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary, ESCAPE)}`,
    ...(words === "" ? [] : [`complete -c runt${condition} -a ${quote(words, ESCAPE)}`]),
    ...command.options
      .filter((option) => option.hidden !== true)
      .map((option) => optionLine(option, condition)),
  ];
}

/** The completion script for fish. */
export function fishCompletion(): string {
  const globals = GLOBAL_OPTIONS.filter((option) => option.hidden !== true).map((option) =>
    optionLine(option, ""),
  );
  return `${["complete -c runt -f", ...globals, ...COMMANDS.flatMap(commandLines)].join("\n")}\n`;
}
