import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../src/cli/commands.ts";
import { firstPositional, spellings, type ValueSource, valueSource } from "./completion-words.ts";

const FUNCTION = `_runt() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' own='' words='' count=0 i=1
    local globals='@GLOBALS@'
    # "=" is a word of its own in COMP_WORDS.
    [[ $cur == = ]] && cur=''
    [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD-2]}
    while ((i < COMP_CWORD)); do
        case $command:\${COMP_WORDS[i]} in
@SHADOWS@
            @VALUE_OPTIONS@)
                [[ \${COMP_WORDS[i+1]} == = ]] && ((i++))
                ((i++))
                ;;
            *:-*) ;;
            :*) command=\${COMP_WORDS[i]} ;;
            *) ((count++)) ;;
        esac
        ((i++))
    done
    case $command:$prev in
@SHADOWS@
@VALUES@
    esac
    if [[ $cur == -* ]]; then
        case $command in
@OPTIONS@
        esac
        words="$own $globals"
    elif ((count == 0)); then
        case $command in
@POSITIONALS@
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _runt runt
`;

/** An option at its place: a command's own, or a global one after any command. */
interface Placed {
  option: OptionSpec;
  patterns: string;
}

function placed(options: readonly OptionSpec[], command: string): Placed[] {
  return options
    .filter((option) => option.hidden !== true)
    .map((option) => ({
      option,
      patterns: spellings(option)
        .map((word) => `${command}:${word}`)
        .join("|"),
    }));
}

const PLACED: readonly Placed[] = [
  ...COMMANDS.flatMap((command) => placed(command.options, command.name)),
  ...placed(GLOBAL_OPTIONS, "*"),
];

/** A command's boolean of the name of a global option with a value ("spec --rootless") must not eat a word. */
function shadows(): string[] {
  const globals = GLOBAL_OPTIONS.filter((option) => option.kind !== "boolean").map((option) => option.name);
  return PLACED.filter(({ option }) => option.kind === "boolean" && globals.includes(option.name)).map(
    ({ patterns }) => `            ${patterns}) ;;`,
  );
}

function withValues(): Placed[] {
  return PLACED.filter(({ option }) => option.kind !== "boolean");
}

function complete(source: ValueSource): string {
  if (source === "directories") return 'mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return';
  if (source === "files") return 'mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return';
  if (source === "nothing") return "return";
  return `mapfile -t COMPREPLY < <(compgen -W '${source.join(" ")}' -- "$cur"); return`;
}

function valueLines(): string[] {
  const bySource = new Map<string, string[]>();
  for (const { option, patterns } of withValues()) {
    const line = complete(valueSource(option));
    bySource.set(line, [...(bySource.get(line) ?? []), patterns]);
  }
  return [...bySource].map(([line, patterns]) => `        ${patterns.join("|")})\n            ${line} ;;`);
}

function positionalLine(command: CommandSpec): string[] {
  const source = firstPositional(command);
  const words = source === "id" ? "$(runt list -q 2>/dev/null)" : source.join(" ");
  return words === "" ? [] : [`            ${command.name}) words="${words}" ;;`];
}

function optionLine(command: CommandSpec): string[] {
  const words = command.options.filter((option) => option.hidden !== true).flatMap(spellings);
  return words.length === 0 ? [] : [`            ${command.name}) own='${words.join(" ")}' ;;`];
}

/** The completion script for bash. */
export function bashCompletion(): string {
  const parts: Readonly<Record<string, string>> = {
    GLOBALS: GLOBAL_OPTIONS.filter((option) => option.hidden !== true)
      .flatMap(spellings)
      .join(" "),
    SHADOWS: shadows().join("\n"),
    VALUE_OPTIONS: withValues()
      .map(({ patterns }) => patterns)
      .join("|"),
    VALUES: valueLines().join("\n"),
    OPTIONS: COMMANDS.flatMap(optionLine).join("\n"),
    POSITIONALS: [
      `            '') words='${COMMANDS.map((command) => command.name).join(" ")}' ;;`,
      ...COMMANDS.flatMap(positionalLine),
    ].join("\n"),
  };
  return FUNCTION.replace(/@([A-Z_]+)@/g, (_, name: string) => parts[name] ?? "");
}
