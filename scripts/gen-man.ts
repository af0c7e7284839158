/** Writes docs/man/: a manual page of runt and one of each command, from the command table and man-sections.ts. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { COMMANDS, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "../src/cli/commands.ts";
import { VERSION } from "../src/version.ts";
import { spellings } from "./completion-words.ts";
import {
  COMMAND_TEXTS,
  COMMON_STATUS,
  DESCRIPTION,
  ENVIRONMENT,
  ENVIRONMENT_NOTE,
  EXAMPLES,
  EXIT_STATUS,
  FILES,
  SEE_ALSO,
} from "./man-sections.ts";
import {
  bold,
  type Entry,
  entries,
  escapeRoff,
  examples,
  italic,
  paragraphs,
  prose,
  references,
  section,
  titleLine,
} from "./roff.ts";

const FOLDER = "docs/man";

/** A sentence of a table's text, which is one line in lower case without a full stop. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function optionEntries(options: readonly OptionSpec[]): Entry[] {
  return options
    .filter((option) => option.hidden !== true)
    .map((option) => {
      const names = spellings(option)
        .sort((a, b) => a.length - b.length)
        .map(bold);
      const value = option.placeholder === undefined ? "" : ` ${italic(option.placeholder)}`;
      return { tag: `${names.join(", ")}${value}`, text: sentence(option.help) };
    });
}

/** The tags of hand-written lists are names, which are printed bold. */
function named(list: readonly Entry[]): string {
  return entries(list.map(({ tag, text }) => ({ tag: bold(tag), text })));
}

function commandSynopsis(command: CommandSpec): string {
  const options = command.options.some((option) => option.hidden !== true);
  const words = [
    bold(`runt ${command.name}`),
    ...(options ? [`[${italic("OPTION")}...]`] : []),
    ...(command.positionals.usage === "" ? [] : [italic(command.positionals.usage)]),
  ];
  return `${words.join(" ")}\n`;
}

function commandPage(command: CommandSpec): string {
  const name = `runt-${command.name}`;
  const text = COMMAND_TEXTS[command.name];
  const options = entries(optionEntries(command.options));
  const inherited = `Global options may follow as well; see \`runt\`(8).`;
  return [
    titleLine(name, VERSION),
    section("NAME", `${escapeRoff(name)} \\- ${escapeRoff(command.summary)}\n`),
    section("SYNOPSIS", commandSynopsis(command)),
    section("DESCRIPTION", paragraphs(text.description)),
    section("OPTIONS", `${options}${options === "" ? "" : ".PP\n"}${prose(inherited)}\n`),
    section("EXIT STATUS", named(text.exitStatus ?? COMMON_STATUS)),
    section("FILES", named(text.files ?? [])),
    section("ENVIRONMENT", named(text.environment ?? [])),
    section("EXAMPLES", examples(text.examples ?? [])),
    section("SEE ALSO", references(["runt(8)", ...(text.seeAlso ?? [])])),
  ].join("");
}

function mainPage(): string {
  const synopsis = `${bold("runt")} [${italic("GLOBAL OPTION")}...] ${italic("COMMAND")} [${italic("OPTION")}...] [${italic("ARG")}...]\n`;
  const commands = COMMANDS.map(({ name, summary }) => ({
    tag: `${bold(`runt-${name}`)}(8)`,
    text: sentence(summary),
  }));
  return [
    titleLine("runt", VERSION),
    section("NAME", "runt \\- Open Container Initiative runtime\n"),
    section("SYNOPSIS", synopsis),
    section("DESCRIPTION", paragraphs(DESCRIPTION)),
    section("COMMANDS", entries(commands)),
    section("GLOBAL OPTIONS", entries(optionEntries(GLOBAL_OPTIONS))),
    section("EXIT STATUS", named(EXIT_STATUS)),
    section("FILES", named(FILES)),
    section("ENVIRONMENT", `${named(ENVIRONMENT)}.PP\n${prose(ENVIRONMENT_NOTE)}\n`),
    section("EXAMPLES", examples(EXAMPLES)),
    section("SEE ALSO", references([...COMMANDS.map(({ name }) => `runt-${name}(8)`).sort(), ...SEE_ALSO])),
  ].join("");
}

/** The pages by file name. */
export function manPages(): Map<string, string> {
  return new Map([
    ["runt.8", mainPage()],
    ...COMMANDS.map((command): [string, string] => [`runt-${command.name}.8`, commandPage(command)]),
  ]);
}

if (process.argv.includes("--write")) {
  const pages = manPages();
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) if (!pages.has(name)) rmSync(`${FOLDER}/${name}`);
  for (const [name, text] of pages) writeFileSync(`${FOLDER}/${name}`, text);
}
