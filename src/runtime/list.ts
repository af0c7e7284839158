import { RuntError } from "../error/runt-error.ts";
import { AT_FDCWD } from "../plan/build.ts";
import { type StateOutput, stateOutput } from "../state/output.ts";
import type { Runtime } from "./context.ts";
import { lookUp } from "./status.ts";
import { listIds } from "./store.ts";

/** The state of every container in the state root, by id. A broken entry is a warning, not the end of the list. */
export function list(rt: Runtime): StateOutput[] {
  const ids = listIds(rt);
  if (ids === undefined) {
    if (!rt.rootGiven) return [];
    throw new RuntError({
      code: "USAGE",
      message: `the state root ${rt.root} does not exist`,
      hint: "see --root",
    });
  }
  const users = new Map<number, string>();
  const entries: StateOutput[] = [];
  for (const id of ids) {
    try {
      const entry = entryOf(rt, id, users);
      if (entry !== undefined) entries.push(entry);
    } catch (error) {
      if (!(error instanceof RuntError)) throw error;
      rt.log.warning(`list: ${id} is left out: ${error.line}`);
    }
  }
  return entries;
}

/** One container; undefined when it vanished or was never finished. */
function entryOf(rt: Runtime, id: string, users: Map<number, string>): StateOutput | undefined {
  const found = lookUp(rt, id);
  return found && stateOutput(found.head, found.status, userName(rt, found.uid, users));
}

/** The user's name in the host's /etc/passwd, or "#uid". */
function userName(rt: Runtime, uid: number, users: Map<number, string>): string {
  if (users.size === 0) {
    for (const line of rt.sys.readFileIfThere(AT_FDCWD, "/etc/passwd")?.split("\n") ?? []) {
      const [name, , id] = line.split(":");
      if (name !== undefined && id !== undefined && !users.has(Number(id))) users.set(Number(id), name);
    }
  }
  return users.get(uid) ?? `#${uid}`;
}
