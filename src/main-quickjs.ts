import { main } from "./cli/main.ts";
import type { Host } from "./host/port.ts";
import { createQuickjsHost, type Native } from "./host-quickjs/host.ts";
import { precompile } from "./runtime/precompile.ts";

/** The processor that the binary is built for; scripts/build-binary.sh defines it. */
declare const TARGET_ARCH: Host["arch"];

// Runs when the heap's image is made.
precompile(TARGET_ARCH);

/** Called by native/quickjs/engine.c: runt as a program. */
export function start(native: Native): never {
  return main(createQuickjsHost(native));
}
