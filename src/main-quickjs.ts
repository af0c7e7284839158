import { main } from "./cli/main.ts";
import { createQuickjsHost, type Native } from "./host-quickjs/host.ts";

/** Called by native/quickjs/engine.c: runt as a program. */
export function start(native: Native): never {
  return main(createQuickjsHost(native));
}
