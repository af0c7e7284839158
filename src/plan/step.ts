import type { Slot } from "./call.ts";
import type { CallList } from "./library.ts";

/** What a step does, as one verb; printing, tests and the executor's table go by it. */
export type StepKind =
  | "claim"
  | "open"
  | "journal"
  | "cgroup"
  | "limit"
  | "namespace"
  | "program"
  | "spawn"
  | "map-ids"
  | "identity"
  | "rootfs"
  | "mount"
  | "device"
  | "link"
  | "mask"
  | "readonly"
  | "sysctl"
  | "terminal"
  | "seccomp"
  | "hook"
  | "sync"
  | "record"
  | "process"
  | "gate"
  | "exec";

/** One step of a plan: complete in itself, and traced to the field of config.json that asked for it. */
export interface Step extends CallList {
  kind: StepKind;
  /** JSON pointer of the config field ("/mounts/3"), or "runt:<rule>" for a default of runt. */
  from: string;
  /** What a person reads, for example "mount proc on /proc". */
  title: string;
  /** Slots of the descriptors that the calls leave open, where that is known without looking at them. */
  opens?: readonly Slot[] | undefined;
  /** For kind "sync": the meeting point, named the same in both lists, and what this side does there. */
  sync?: { name: SyncName; side: SyncSide } | undefined;
  /** For kind "hook" in the host list: how long it may run, and where its output and exit are. */
  hook?: HookRun | undefined;
}

/** Where both sides meet, in this order. */
export type SyncName = "mapped" | "joined" | "mounted" | "ready";

/** The byte that stands for a meeting point on the sync socket. */
export const SYNC_CODES: Readonly<Record<SyncName, number>> = { mapped: 1, joined: 2, mounted: 3, ready: 4 };

/** In the host list: await the other side's arrival, or release it. In the init list: meet = arrive and wait; wait. */
export type SyncSide = "await" | "release" | "meet" | "wait";

/** What the executor needs to know of a hook that it watches. */
export interface HookRun {
  /** JSON pointer name as users know it, for example "createRuntime hook #1". */
  name: string;
  /** Milliseconds; undefined = no limit. */
  timeoutMs: number | undefined;
  pidfd: Slot;
  /** Read end of the pipe that carries the hook's stdout and stderr. */
  output: Slot;
}

/** A plan: what the parent does and what the container's first process does, each in order. */
export interface Plan {
  version: 1;
  host: readonly Step[];
  init: readonly Step[];
  /** Slots of the host list that the init list uses (fds inherited over the spawn). */
  imports: readonly Slot[];
}
