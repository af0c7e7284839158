import { execFileSync } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import type { Measure, Series } from "./results.ts";
import type { Runtime } from "./runtimes.ts";

const bytes = (path: string): number => statSync(path).size;

/** The shared libraries of a program, as its own loader finds them; none when it is static. */
function libraries(binary: string): string[] {
  const headers = execFileSync("readelf", ["--program-headers", "--wide", binary], { encoding: "utf8" });
  const loader = /interpreter: ([^\]]+)\]/.exec(headers)?.[1];
  if (loader === undefined) return [];
  const listing = execFileSync(loader, ["--list", binary], { encoding: "utf8" });
  return [...listing.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].flatMap(([, path]) =>
    path ? [realpathSync(path)] : [],
  );
}

/** The bytes of a runtime's own file, and of that with all that it loads. */
function sizes(runtime: Runtime): { own: number; all: number } {
  const nodes = runtime.id === "runt-node" ? [process.execPath, ...libraries(process.execPath)] : [];
  const binary = runtime.id === "runt-node" ? "build/runt.mjs" : realpathSync(runtime.binary);
  const loaded = runtime.id === "runt-node" ? nodes : libraries(binary);
  const own = bytes(binary);
  return { own, all: loaded.reduce((sum, path) => sum + bytes(path), own) };
}

/** How big the runtimes are. */
export function measureSizes(runtimes: readonly Runtime[]): Measure[] {
  const found = runtimes
    .filter(({ kind }) => kind === "runtime")
    .map((runtime) => ({ runtime, ...sizes(runtime) }));
  const series = (pick: (size: { own: number; all: number }) => number): Series[] =>
    found.map((size) => ({ subject: size.runtime, samples: [pick(size) / 1024] }));
  return [
    {
      id: "size",
      title: "size of the program's file",
      unit: "kB",
      series: series(({ own }) => own),
      notes: [],
    },
    {
      id: "size-all",
      title: "size with its shared libraries (of runt on Node: with Node)",
      unit: "kB",
      series: series(({ all }) => all),
      notes: [],
    },
  ];
}
