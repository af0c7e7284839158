import type { CommandName } from "./commands.ts";
import { COMMAND_HELP, MAIN_HELP } from "./generated/help.ts";

/** The help of a command, or of runt as a whole. */
export function helpText(command: CommandName | undefined): string {
  return command === undefined ? MAIN_HELP : COMMAND_HELP[command];
}
