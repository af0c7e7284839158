import { RuntError } from "../error/runt-error.ts";
import type { Mount } from "../spec/types.ts";
import { MOUNT_OPTIONS } from "../tables/mount-options.ts";

/** The option words of a mount, sorted by what they act on. */
export interface MountOptions {
  bind: "no" | "bind" | "rbind";
  remount: boolean;
  /** Attributes of the mount alone. */
  set: number;
  clear: number;
  /** Attributes of the mount and everything below it. */
  recursiveSet: number;
  recursiveClear: number;
  propagations: { flag: number; recursive: boolean }[];
  /** Options of the filesystem itself, "name" or "name=value". */
  data: string[];
}

/**
 * KERNEL: flags that fsconfig(2) does not take. "silent" is about messages of a failed mount only; filesystems that keep
 * inode versions do so unasked.
 */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(["silent", "iversion"]);

function unsupported(pointer: string, word: string, hint: string): RuntError {
  return new RuntError({
    code: "SPEC_UNSUPPORTED",
    message: `${pointer
      .slice(1)
      .replace(/\/(\d+)/g, "[$1]")
      .replace(/\//g, ".")}: ${word} mounts are not carried out by runt yet`,
    pointer,
    hint,
  });
}

/** Sorts the options of a mount; later words win over earlier ones. Throws SPEC_UNSUPPORTED for idmap and tmpcopyup. */
export function parseMountOptions(mount: Mount, pointer: string): MountOptions {
  const parsed: MountOptions = {
    bind: "no",
    remount: false,
    set: 0,
    clear: 0,
    recursiveSet: 0,
    recursiveClear: 0,
    propagations: [],
    data: [],
  };
  (mount.options ?? []).forEach((word, i) => {
    addOption(parsed, word, `${pointer}/options/${i}`);
  });
  // SPEC(config#mounts): the options make it a bind mount; managers also write only the type.
  if (parsed.bind === "no" && mount.type === "bind") parsed.bind = "bind";
  for (const field of ["uidMappings", "gidMappings"] as const) {
    if ((mount[field] ?? []).length === 0) continue;
    throw unsupported(`${pointer}/${field}`, "id-mapped", "remove uidMappings and gidMappings");
  }
  return parsed;
}

function addOption(parsed: MountOptions, word: string, pointer: string): void {
  const option = Object.hasOwn(MOUNT_OPTIONS, word) ? MOUNT_OPTIONS[word] : undefined;
  if (option === undefined) {
    if (word !== "") parsed.data.push(word);
    return;
  }
  switch (option.kind) {
    case "bind":
      parsed.bind = option.recursive ? "rbind" : "bind";
      break;
    case "remount":
      parsed.remount = true;
      break;
    case "attribute":
      if (option.recursive) {
        parsed.recursiveSet = (parsed.recursiveSet & ~option.clear) | option.set;
        parsed.recursiveClear = (parsed.recursiveClear & ~option.set) | option.clear;
      } else {
        parsed.set = (parsed.set & ~option.clear) | option.set;
        parsed.clear = (parsed.clear & ~option.set) | option.clear;
      }
      break;
    case "propagation":
      parsed.propagations.push({ flag: option.flag, recursive: option.recursive });
      break;
    case "superblock":
      if (option.flag !== undefined && !WITHOUT_EFFECT.has(option.flag)) parsed.data.push(option.flag);
      break;
    case "idmap":
      throw unsupported(pointer, "id-mapped", `remove the option ${word}`);
    case "tmpcopyup":
      throw unsupported(
        pointer,
        "tmpcopyup",
        "remove the option, or put the files there in the image's entry point",
      );
    case "nothing":
      break;
  }
}
