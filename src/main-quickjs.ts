import { main } from "./cli/main.ts";
import type { Host } from "./host/port.ts";
import { readerFor } from "./host/short-file.ts";
import { createQuickjsHost, type Native } from "./host-quickjs/host.ts";
import { adoptPrecompiled, compileCommonSteps, type Precompiled } from "./runtime/precompile.ts";

/** The processor that the binary is built for; scripts/build-binary.sh defines it. */
declare const TARGET_ARCH: Host["arch"];

/**
 * Objects that the engine makes at their first use only, and takes for undefined when memory lacks just then: made with
 * the core.
 */
export const madeAtOnce: readonly object[] = [Math, JSON];

/** Called when the heap's image is made, in an engine that is thrown away: data for adopt. */
export function precompile(): Precompiled {
  return compileCommonSteps(TARGET_ARCH);
}

/** Called with a copy of that in the engine whose heap becomes the image. */
export function adopt(steps: Precompiled): void {
  adoptPrecompiled(steps);
  readerFor(TARGET_ARCH);
}

/** Called by native/quickjs/engine.c: runt as a program. */
export function start(native: Native): never {
  return main(createQuickjsHost(native));
}
