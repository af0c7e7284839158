import { list } from "../../runtime/list.ts";
import type { CommandCall } from "../command-call.ts";
import { isSet, textOf } from "../option-values.ts";
import { printTable } from "../print-table.ts";

/** Ids, a table, or one line of JSON; no container is `null` there, as Go's nil slice prints and managers expect. */
export function listCommand({ rt, options, output }: CommandCall): number {
  const entries = list(rt);
  if (isSet(options, "quiet")) {
    output.print(entries.map((entry) => `${entry.id}\n`).join(""));
  } else if (textOf(options, "format") === "json") {
    output.print(`${JSON.stringify(entries.length === 0 ? null : entries)}\n`);
  } else {
    const rows = entries.map(({ id, pid, status, bundle, created, owner }) => [
      id,
      String(pid),
      status,
      bundle,
      created,
      owner,
    ]);
    output.print(printTable([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], ...rows]));
  }
  return 0;
}
