import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Subject } from "./results.ts";

/** Something that is timed: a runtime, the program that is the limit of all, or a program that does nothing. */
export interface Runtime extends Subject {
  readonly binary: string;
  readonly kind: "runtime" | "limit" | "floor";
  /** The first line of --version. */
  readonly version: string;
}

interface Candidate {
  readonly id: string;
  readonly name: string;
  /** undefined: not on this machine. */
  readonly binary: string | undefined;
  /** Told when it is not there. */
  readonly absent?: string;
}

/** The program `name` in PATH. */
export function which(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function existing(path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  return existsSync(path) ? resolve(path) : undefined;
}

function versionOf(binary: string): string {
  const text = execFileSync(binary, ["--version"], { encoding: "utf8" });
  return text.split("\n")[0] ?? "";
}

/** The version number in a line of --version; the line when it has none. */
export function shortVersion(line: string): string {
  return /\d+\.\d+[^\s]*/.exec(line)?.[0] ?? line;
}

function candidates(): Candidate[] {
  const { CRUN_STATIC, CRUN_DEBIAN, YOUKI } = process.env;
  return [
    {
      id: "runt",
      name: "runt",
      binary: existing("build/runt"),
      absent: "build/runt is not built: the static binary is left out",
    },
    { id: "runt-node", name: "runt on Node", binary: existing("build/runt-node") },
    {
      id: "crun-static",
      name: "crun static",
      binary: existing(CRUN_STATIC),
      absent: "no static crun: CRUN_STATIC is not the path of one",
    },
    { id: "crun-debian", name: "crun", binary: existing(CRUN_DEBIAN), absent: "no newest crun of Debian" },
    { id: "crun", name: "crun", binary: which("crun") },
    {
      id: "youki",
      name: "youki",
      binary: existing(YOUKI) ?? which("youki"),
      absent: "no youki: not in PATH nor YOUKI",
    },
    { id: "runc", name: "runc", binary: which("runc") },
  ];
}

/** True when this process is in a hierarchy of cgroup v1, as bench/bare.c needs it. */
function hasCgroupV1(): boolean {
  return /^[1-9]\d*:/m.test(readFileSync("/proc/self/cgroup", "utf8"));
}

/** What is on this machine, in the order of the tables; `say` hears what is not. */
export function findRuntimes(say: (line: string) => void): Runtime[] {
  const found: Runtime[] = [];
  for (const { id, name, binary, absent } of candidates()) {
    if (binary === undefined) {
      if (absent !== undefined) say(absent);
      continue;
    }
    const version = versionOf(binary);
    const label = id.startsWith("runt") ? name : `${name} ${shortVersion(version)}`;
    // The installed crun may be the newest already.
    if (found.some((other) => other.label === label)) continue;
    found.push({ id, label, binary, kind: "runtime", version });
  }
  const built = (name: string) => resolve("build/bench", name);
  if (hasCgroupV1()) {
    found.push({ id: "bare", label: "bare C program", binary: built("bare"), kind: "limit", version: "" });
  } else say("bench/bare.c makes cgroups of v1, which this host does not have: it is left out");
  found.push({ id: "empty", label: "empty static C", binary: built("empty"), kind: "floor", version: "" });
  found.push({ id: "true", label: "/bin/true", binary: "/bin/true", kind: "floor", version: "" });
  return found;
}
