import { RuntError } from "../error/runt-error.ts";
import type { Spec } from "../spec/types.ts";

/** One op behind the start gate: where it stands in init's program and the step that it belongs to. */
export interface LateOp {
  pc: number;
  kind: string;
  from: string;
  title: string;
  /** The system call's name, or else the words of a check. */
  name?: string | undefined;
  why?: string | undefined;
}

/**
 * What runt keeps of a container between its commands: <root>/<id>/state.json. It is written first in the phase
 * "creating", before any effect on the host (so it is the journal too), and once more when init is ready.
 */
export interface StateFile {
  version: 1;
  phase: "creating" | "created";
  id: string;
  /** Host pid of init; 0 while creating. */
  pid: number;
  /** Field 22 of /proc/<pid>/stat, in clock ticks: tells init from a later process with its pid. */
  startTime: number;
  bundle: string;
  rootfs: string;
  /** RFC 3339, UTC. */
  created: string;
  /** The cgroup directories of the container, see CgroupRecord of src/cgroup. */
  cgroup: unknown;
  /** What runs behind the start gate, so that start can name a failure there. */
  late: LateOp[];
  /** The config that the container was created from. SPEC(runtime#lifecycle): later edits of the bundle's do not count. */
  spec: Spec;
}

/** Prints a state file. */
export function printStateFile(state: StateFile): string {
  return JSON.stringify(state);
}

/**
 * Parses a state file. Throws STATE_BROKEN when it is not one of this version; `path` is named in the error.
 */
export function parseStateFile(text: string, path: string): StateFile {
  let value: Partial<StateFile> | null;
  try {
    value = JSON.parse(text) as Partial<StateFile> | null;
  } catch (cause) {
    throw broken(path, "is not JSON", cause);
  }
  if (value?.version !== 1) throw broken(path, `has version ${String(value?.version)}, not 1`);
  if (typeof value.id !== "string" || typeof value.pid !== "number" || typeof value.spec !== "object") {
    throw broken(path, "lacks id, pid or spec");
  }
  return value as StateFile;
}

function broken(path: string, what: string, cause?: unknown): RuntError {
  return new RuntError({
    code: "STATE_BROKEN",
    message: `the state file ${path} ${what}`,
    hint: "delete the container with --force and create it again",
    cause,
  });
}
