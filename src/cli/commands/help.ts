import type { CommandCall } from "../command-call.ts";
import { findCommand } from "../commands.ts";
import { helpText } from "../help.ts";
import { unknownCommand } from "../parse-args.ts";

/** Prints the help of runt or of one command; throws USAGE for a command that does not exist. */
export function helpCommand({ positionals, output }: CommandCall): number {
  const [name] = positionals;
  const command = name === undefined ? undefined : findCommand(name);
  if (name !== undefined && command === undefined) throw unknownCommand(name);
  output.print(helpText(command?.name));
  return 0;
}
