import { hostPs } from "../../runtime/host-ps.ts";
import { ps } from "../../runtime/ps.ts";
import type { CommandCall } from "../command-call.ts";
import { textOf } from "../option-values.ts";
import { filterPs } from "../ps-table.ts";

/** Pids as JSON, or what the host's ps says of them (with -ef unless other options follow the id). */
export function psCommand({ rt, options, positionals, output }: CommandCall): number {
  const [id = "", ...psOptions] = positionals;
  const pids = ps(rt, id);
  if (textOf(options, "format") === "json") output.print(`${JSON.stringify(pids)}\n`);
  else output.print(filterPs(hostPs(rt, psOptions.length === 0 ? ["-ef"] : psOptions), pids));
  return 0;
}
