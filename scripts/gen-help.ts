/** Writes src/cli/generated/: the help texts and the completion scripts, from the command table. */
import { mkdirSync, writeFileSync } from "node:fs";
import { COMMANDS } from "../src/cli/commands.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { commandHelp, mainHelp } from "./yargs-table.ts";

const FOLDER = "src/cli/generated";
const NOTE = "// Written by scripts/gen-help.ts from src/cli/commands.ts; do not edit.\n";

/** A template literal keeps the generated text readable in reviews. */
function literal(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, "\\$&")}\``;
}

/** The generated files by name. */
export async function generate(): Promise<Map<string, string>> {
  const helps: string[] = [];
  for (const command of COMMANDS) helps.push(`  ${command.name}: ${literal(await commandHelp(command))},\n`);
  const help = `${NOTE}import type { CommandName } from "../commands.ts";

export const MAIN_HELP = ${literal(await mainHelp())};

export const COMMAND_HELP: Readonly<Record<CommandName, string>> = {
${helps.join("")}};
`;
  const scripts = { bash: bashCompletion(), fish: fishCompletion(), zsh: zshCompletion() };
  const entries = Object.entries(scripts).map(([shell, text]) => `  ["${shell}", ${literal(text)}],\n`);
  const completions = `${NOTE}export const COMPLETIONS: ReadonlyMap<string, string> = new Map([
${entries.join("")}]);
`;
  return new Map([
    ["help.ts", help],
    ["completions.ts", completions],
  ]);
}

if (process.argv.includes("--write")) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of await generate()) writeFileSync(`${FOLDER}/${name}`, text);
}
