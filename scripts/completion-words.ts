/** What the completion scripts of all shells need to know of the command table. */
import { COMMANDS, type CommandSpec, type OptionSpec } from "../src/cli/commands.ts";

/** Where an option's value comes from. */
export type ValueSource = "nothing" | "files" | "directories" | readonly string[];

/** "-b" and "--bundle". */
export function spellings(option: OptionSpec): string[] {
  return [option.name, ...(option.aliases ?? [])].map((name) =>
    name.length === 1 ? `-${name}` : `--${name}`,
  );
}

export function valueSource(option: OptionSpec): ValueSource {
  if (option.choices !== undefined) return option.choices;
  switch (option.placeholder) {
    case "DIR":
      return "directories";
    case "FILE":
    case "PATH":
      return "files";
    default:
      return "nothing";
  }
}

/** What completes the first positional. */
export function firstPositional(command: CommandSpec): "id" | readonly string[] {
  if (command.name === "help") return COMMANDS.map((each) => each.name);
  return command.positionals.complete ?? [];
}

/** `text` in single quotes for a shell; `quoted` is how that shell writes a single quote in them. */
export function quote(text: string, quoted: string): string {
  return `'${text.replaceAll("'", quoted)}'`;
}
