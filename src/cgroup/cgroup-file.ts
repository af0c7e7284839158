import type { HostFacts } from "../host/facts.ts";
import { archFlags, O, openAt2, RESOLVE } from "../plan/build.ts";
import type { Slot, SysCall } from "../plan/call.ts";
import type { CgroupDirectory } from "./record.ts";

/** No link is followed and nothing outside of the directory is reached. */
export const STRICT = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;

/** A cgroup as the calls of a plan name it: below the open mount of its hierarchy. */
export interface CgroupPlace {
  mount: Slot;
  /** Without a leading slash; empty for the root. */
  path: string;
}

/** Slot of the open mount of hierarchy number `index`; every call that names a cgroup starts there. */
export function mountSlot(index: number): Slot {
  return `cgroup.mount.${index}`;
}

/** Where the container's directory number `index` is. */
export function placeOf(directories: readonly CgroupDirectory[], index: number): CgroupPlace {
  return { mount: mountSlot(index), path: (directories[index] as CgroupDirectory).path };
}

/** The path of a file of the cgroup `path`, which is empty for the root. */
export function fileOf(path: string, file: string): string {
  return path === "" ? file : `${path}/${file}`;
}

/** Opens a file of a cgroup; `extra` as for openAt2. */
export function openCgroupFile(
  { mount, path }: CgroupPlace,
  file: string,
  flags: number,
  extra: NonNullable<Parameters<typeof openAt2>[4]>,
): SysCall {
  return openAt2(mount, fileOf(path, file), flags, STRICT, extra);
}

/** Opens the directory of a cgroup (O_PATH) into a slot. */
export function openCgroup({ mount, path }: CgroupPlace, arch: HostFacts["arch"], into: Slot): SysCall {
  return openAt2(mount, path === "" ? "." : path, O.PATH | archFlags(arch).DIRECTORY, STRICT, { into });
}
