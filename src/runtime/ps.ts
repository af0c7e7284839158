import { pids } from "../cgroup/manager.ts";
import type { Runtime } from "./context.ts";
import { cgroupOf, withContainer } from "./status.ts";

/** Host pids of the container's processes, those of its sub-cgroups included. Throws NOT_FOUND. */
export function ps(rt: Runtime, id: string): number[] {
  return withContainer(rt, id, ({ state }) => pids(rt.sys, cgroupOf(state)));
}
