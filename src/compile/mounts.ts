import type { CgroupRecord } from "../cgroup/record.ts";
import { RuntError } from "../error/runt-error.ts";
import type { Slot } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { cleaned } from "../spec/checks/paths.ts";
import type { Mount } from "../spec/types.ts";
import type { CompileInput } from "./input.ts";
import { compileBindMount } from "./mount-bind.ts";
import { compileCgroupMount } from "./mount-cgroup.ts";
import { compileFilesystemMount } from "./mount-filesystem.ts";
import { parseMountOptions } from "./mount-options.ts";
import { compileRemount } from "./mount-remount.ts";

/** A mount of a plan: what the parent opens, what init mounts, and the fds in between. */
export interface CompiledMount {
  host: Step[];
  init: Step[];
  imports: Slot[];
}

/** All mounts of a plan. */
export interface CompiledMounts {
  host: Step[];
  /** Those before the first that shows cgroups; init need not be in its own for them. */
  early: Step[];
  /** The others. */
  late: Step[];
  imports: Slot[];
}

function onTop(index: number): RuntError {
  return new RuntError({
    code: "SPEC_INVALID",
    message: `mounts[${index}]: the destination is "/": a mount on top of the root filesystem would hide it`,
    pointer: `/mounts/${index}/destination`,
    hint: 'mount it below "/", or name it in root.path',
  });
}

function compileMount(input: CompileInput, cgroup: CgroupRecord, mount: Mount, i: number): CompiledMount {
  const options = parseMountOptions(mount, `/mounts/${i}`);
  if (cleaned(mount.destination) === "/" && !options.remount) throw onTop(i);
  const one = { input, mount, options, pointer: `/mounts/${i}`, index: i };
  if (options.remount) return { host: [], init: compileRemount(one), imports: [] };
  if (options.bind !== "no") return compileBindMount(one);
  if (mount.type === "cgroup") return { host: [], init: compileCgroupMount(one, cgroup), imports: [] };
  return { host: [], init: compileFilesystemMount(one), imports: [] };
}

/** True for a mount that may show the container's own cgroup, which has to be there then. */
function showsCgroups({ type, source = "" }: Mount): boolean {
  return type === "cgroup" || type === "cgroup2" || source.startsWith("/sys/fs/cgroup/");
}

/** Compiles mounts in their listed order. SPEC(config#mounts) Throws SPEC_UNSUPPORTED, SPEC_INVALID. */
export function compileMounts(input: CompileInput, cgroup: CgroupRecord): CompiledMounts {
  const mounts = input.spec.mounts ?? [];
  const all = mounts.map((mount, i) => compileMount(input, cgroup, mount, i));
  const first = mounts.findIndex(showsCgroups);
  const early = first < 0 ? all.length : first;
  return {
    host: all.flatMap((one) => one.host),
    early: all.slice(0, early).flatMap((one) => one.init),
    late: all.slice(early).flatMap((one) => one.init),
    imports: all.flatMap((one) => one.imports),
  };
}
