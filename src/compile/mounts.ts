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

/** The mounts of a plan: what the parent opens, what init mounts, and the fds in between. */
export interface CompiledMounts {
  host: Step[];
  init: Step[];
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

function compileMount(input: CompileInput, cgroup: CgroupRecord, mount: Mount, i: number): CompiledMounts {
  const options = parseMountOptions(mount, `/mounts/${i}`);
  if (cleaned(mount.destination) === "/" && !options.remount) throw onTop(i);
  const one = { input, mount, options, pointer: `/mounts/${i}`, index: i };
  if (options.remount) return { host: [], init: compileRemount(one), imports: [] };
  if (options.bind !== "no") return compileBindMount(one);
  if (mount.type === "cgroup") return { host: [], init: compileCgroupMount(one, cgroup), imports: [] };
  return { host: [], init: compileFilesystemMount(one), imports: [] };
}

/** Compiles mounts in their listed order. SPEC(config#mounts) Throws SPEC_UNSUPPORTED, SPEC_INVALID. */
export function compileMounts(input: CompileInput, cgroup: CgroupRecord): CompiledMounts {
  const all = (input.spec.mounts ?? []).map((mount, i) => compileMount(input, cgroup, mount, i));
  return {
    host: all.flatMap((one) => one.host),
    init: all.flatMap((one) => one.init),
    imports: all.flatMap((one) => one.imports),
  };
}
