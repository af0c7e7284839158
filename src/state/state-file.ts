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

/** The facts of a container that `state` and `list` tell, without the config, which is much longer. */
export interface StateHead extends Omit<StateFile, "cgroup" | "late" | "spec"> {
  /** What is left of `cgroup` without the directories that have nothing to do with freezing. */
  freezer: unknown;
  ociVersion: string;
  annotations?: Record<string, string> | undefined;
}

/** Prints a state file: JSON in two lines. The head has the first to itself, so that it can be read alone. */
export function printStateFile(state: StateFile, freezer: unknown): string {
  const { cgroup, late, spec, ...facts } = state;
  const { ociVersion, annotations } = spec;
  const head: StateHead = { ...facts, freezer, ociVersion, annotations };
  const made = JSON.stringify({ cgroup, late }).slice(1, -1);
  return `${JSON.stringify(head).slice(0, -1)},\n${made},"spec":${printSpec(spec)}}`;
}

/** The config that was printed last: create writes it twice. */
let printed: { spec: Spec; text: string } | undefined;

function printSpec(spec: Spec): string {
  if (printed?.spec !== spec) printed = { spec, text: JSON.stringify(spec) };
  return printed.text;
}

/**
 * Parses a state file. Throws STATE_BROKEN when it is not one of this version; `path` is named in the error.
 */
export function parseStateFile(text: string, path: string): StateFile {
  const value: Partial<StateFile> = parse(text, path);
  if (typeof value.spec !== "object") throw broken(path, "lacks spec");
  return value as StateFile;
}

/** Parses a state file's first line, or all of it. Throws STATE_BROKEN as parseStateFile does. */
export function parseStateHead(text: string, path: string): StateHead {
  const value = parse(text.endsWith(",") ? `${text.slice(0, -1)}}` : text, path);
  if (typeof value.ociVersion !== "string") throw broken(path, "lacks ociVersion");
  return value as StateHead;
}

function parse(text: string, path: string): Partial<StateHead> {
  let value: Partial<StateHead> | null;
  try {
    value = JSON.parse(text) as Partial<StateHead> | null;
  } catch (cause) {
    throw broken(path, "is not JSON", cause);
  }
  if (value?.version !== 1) throw broken(path, `has version ${String(value?.version)}, not 1`);
  if (typeof value.id !== "string" || typeof value.pid !== "number") throw broken(path, "lacks id or pid");
  return value;
}

function broken(path: string, what: string, cause?: unknown): RuntError {
  return new RuntError({
    code: "STATE_BROKEN",
    message: `the state file ${path} ${what}`,
    hint: "delete the container with --force and create it again",
    cause,
  });
}
