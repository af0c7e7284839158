import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../src/cli/commands.ts";
import { firstPositional, quote, spellings, valueSource } from "./completion-words.ts";

const ESCAPE = "'\\''";

/** Brackets and colons have a meaning in the specs of _arguments. */
function described(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}

function action(option: OptionSpec): string {
  if (option.kind === "boolean") return "";
  const source = valueSource(option);
  const name = described(option.placeholder ?? "VALUE");
  if (source === "files") return `:${name}:_files`;
  if (source === "directories") return `:${name}:_files -/`;
  return source === "nothing" ? `:${name}: ` : `:${name}:(${source.join(" ")})`;
}

function optionSpecs(options: readonly OptionSpec[]): string[] {
  return options.flatMap((option) =>
    spellings(option).map((spelling) => {
      const repeat = option.kind === "list" ? "*" : "";
      const equals = option.kind !== "boolean" && spelling.startsWith("--") ? "=" : "";
      return quote(`${repeat}${spelling}${equals}[${described(option.help)}]${action(option)}`, ESCAPE);
    }),
  );
}

function positionalSpecs(command: CommandSpec): string[] {
  const source = firstPositional(command);
  if (source === "id") return ["'1:ID:_runt_ids'", "'*: : '"];
  return source.length === 0 ? [] : [quote(`1:word:(${source.join(" ")})`, ESCAPE)];
}

/** A command's own option of a global one's name takes its place: _arguments goes by the last spec. */
function ownOptions(command: CommandSpec): readonly OptionSpec[] {
  return command.options.filter((option) => option.hidden !== true);
}

function commandCase(command: CommandSpec): string {
  const specs = [`"\${globals[@]}"`, ...optionSpecs(ownOptions(command)), ...positionalSpecs(command)];
  return `    ${command.name})\n      _arguments -S \\\n        ${specs.join(" \\\n        ")}\n      ;;`;
}

/** The completion script for zsh. */
export function zshCompletion(): string {
  const globals = optionSpecs(GLOBAL_OPTIONS.filter((option) => option.hidden !== true));
  const commands = COMMANDS.map((command) => quote(`${command.name}:${described(command.summary)}`, ESCAPE));
  return `#compdef runt
_runt_ids() {
  local -a ids
  ids=(\${(f)"$(runt list -q 2>/dev/null)"})
  compadd -a ids
}
_runt_commands() {
  local -a commands
  commands=(
    ${commands.join("\n    ")}
  )
  _describe command commands
}
_runt() {
  local curcontext="$curcontext" state line
  local -a globals
  globals=(
    ${globals.join("\n    ")}
  )
  _arguments -C \\
    "\${globals[@]}" \\
    '1: :_runt_commands' \\
    '*:: :->words' && return
  [[ $state == words ]] || return
  case $words[1] in
${COMMANDS.map(commandCase).join("\n")}
  esac
}
if [[ $funcstack[1] == _runt ]]; then
  _runt "$@"
else
  compdef _runt runt
fi
`;
}
