/** runt as a library: the operations of the command line, callable from a Node program. */
export { RuntError } from "./error/runt-error.ts";
export type { Host } from "./host/port.ts";
export { Sys } from "./host/sys.ts";
export { createNodeHost } from "./host-node/host.ts";
export { planToJson, printPlan } from "./plan/print-plan.ts";
export type {
  CreateOptions,
  DeleteOptions,
  ExecOptions,
  KillOptions,
  Log,
  RunOptions,
  Runtime,
} from "./runtime/context.ts";
export { create } from "./runtime/create.ts";
export { deleteContainer } from "./runtime/delete.ts";
export { exec } from "./runtime/exec.ts";
export { explain } from "./runtime/explain.ts";
export { kill, pause, resume } from "./runtime/kill.ts";
export { list } from "./runtime/list.ts";
export { ps } from "./runtime/ps.ts";
export { run } from "./runtime/run.ts";
export { start } from "./runtime/start.ts";
export { state } from "./runtime/state.ts";
