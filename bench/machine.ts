import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Runtime } from "./runtimes.ts";

function cgroupMode(): string {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) return "v2";
  const hybrid = existsSync("/sys/fs/cgroup/unified/cgroup.controllers");
  return hybrid ? "hybrid (v1, and v2 at /sys/fs/cgroup/unified, which is unmounted for all)" : "v1";
}

function distribution(): string {
  const path = "/etc/os-release";
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? "unknown";
}

/** How many programs wanted a processor in the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/**
 * What a reader must know of the machine and the programs, as pairs of name and value.
 * @param busy the load before the benchmark began
 */
export function machineFacts(runtimes: readonly Runtime[], rounds: number, busy: number): [string, string][] {
  const processors = cpus();
  const models = [...new Set(processors.map(({ model }) => model.trim()))].join(", ");
  return [
    ["date", new Date().toISOString().slice(0, 10)],
    ["kernel", `Linux ${release()}`],
    ["distribution", distribution()],
    ["processors", `${processors.length}, ${models || "model unknown"}`],
    ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["load before the start", busy.toFixed(1)],
    ["cgroups", cgroupMode()],
    ["Node", process.version],
    ...runtimes
      .filter(({ kind }) => kind === "runtime")
      .map(({ label, version }): [string, string] => [label, version]),
    ["rounds", `${rounds}, fewer where it takes long; each table says how many`],
  ];
}
