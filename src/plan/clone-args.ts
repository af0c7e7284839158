import type { Spawn } from "./call.ts";
import type { DataSection } from "./data-section.ts";

const SIGCHLD = 17;
const CLONE_VM = 0x100;
const CLONE_PIDFD = 0x1000;
const CLONE_CLEAR_SIGHAND = 0x100000000n;
const CLONE_INTO_CGROUP = 0x200000000n;
const CLONE_ARGS_SIZE = 88;

/** Where the cgroup's fd stands in struct clone_args. */
export const CLONE_ARGS_CGROUP = 80;

/** Offsets of a struct clone_args, clone(2), and of the place that it names for the pidfd. */
export interface CloneArgs {
  args: number;
  pidfd: number;
}

/** Puts the clone_args of a spawn into `data`; `shareMemory` as in EncodeOptions. */
export function putCloneArgs(data: DataSection, call: Spawn, shareMemory: boolean): CloneArgs {
  let flags = BigInt(call.flags);
  if (shareMemory) flags |= BigInt(CLONE_VM) | CLONE_CLEAR_SIGHAND;
  if (call.pidfd !== undefined) flags |= BigInt(CLONE_PIDFD);
  if (call.cgroup !== undefined) flags |= CLONE_INTO_CGROUP;
  const args = data.reserve(CLONE_ARGS_SIZE);
  data.put(args, 8, flags);
  data.put(args + 32, 8, SIGCHLD);
  if (call.pidfd === undefined) return { args, pidfd: -1 };
  const pidfd = data.reserve(8);
  data.pointer(args + 8, pidfd);
  return { args, pidfd };
}
