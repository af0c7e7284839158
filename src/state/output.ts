import type { StateFile, StateHead } from "./state-file.ts";
import type { Status } from "./status.ts";

/** The version of the runtime specification that runt implements. */
export const SPEC_VERSION = "1.3.0";

/** What `state` and `list` print, keys in this order. */
export interface StateOutput {
  ociVersion: string;
  id: string;
  pid: number;
  status: Status;
  bundle: string;
  rootfs: string;
  created: string;
  annotations?: Record<string, string> | undefined;
  owner: string;
}

/** What hooks get on stdin. SPEC(runtime#state) */
export interface HookState {
  ociVersion: string;
  id: string;
  status: Status;
  pid: number;
  bundle: string;
  annotations?: Record<string, string> | undefined;
}

/** The output of `state`; pid is 0 for a stopped container, annotations are left out when there are none. */
export function stateOutput(state: StateHead, status: Status, owner: string): StateOutput {
  const { annotations } = state;
  return {
    ociVersion: state.ociVersion,
    id: state.id,
    pid: status === "stopped" ? 0 : state.pid,
    status,
    bundle: state.bundle,
    rootfs: state.rootfs,
    created: state.created,
    ...(annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {}),
    owner,
  };
}

/** The state that a hook reads from its stdin. */
export function hookState(state: StateFile, status: Status, pid: number): HookState {
  const annotations = state.spec.annotations as Record<string, string> | undefined;
  return {
    ociVersion: state.spec.ociVersion,
    id: state.id,
    status,
    pid,
    bundle: state.bundle,
    ...(annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}
