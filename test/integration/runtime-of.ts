import type { Host } from "../../src/host/port.ts";
import { Sys } from "../../src/host/sys.ts";
import type { Runtime } from "../../src/runtime/context.ts";

/** A runtime on `host` with its state below `root`, which notes its warnings. */
export function runtimeOf(root: string, host: Host): Runtime & { warnings: string[] } {
  const warnings: string[] = [];
  return {
    host,
    sys: new Sys(host),
    root,
    rootGiven: true,
    systemdCgroup: false,
    log: { debug: () => undefined, warning: (message) => void warnings.push(message) },
    warnings,
  };
}
