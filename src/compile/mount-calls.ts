import { AT_EMPTY_PATH, AT_FDCWD, AT_RECURSIVE, block, O, slot, str, sys } from "../plan/build.ts";
import type { Call, ErrnoRule, Pointer, Slot } from "../plan/call.ts";

const OPEN_TREE_CLONE = 1;
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
const MOUNT_ATTR_SIZE = 32;

/** struct mount_attr of mount_setattr(2). */
function mountAttr(set: number, clear: number, propagation: number): Pointer {
  return block({ u64: set }, { u64: clear }, { u64: propagation }, { u64: 0 });
}

/** Changes attributes and propagation of the mount `fd`, with everything below it if `recursive`. */
export function setMount(
  fd: Slot,
  change: { set?: number; clear?: number; propagation?: number; recursive?: boolean },
  tolerate: readonly ErrnoRule[] = [],
): Call {
  const flags = AT_EMPTY_PATH | (change.recursive === true ? AT_RECURSIVE : 0);
  const attr = mountAttr(change.set ?? 0, change.clear ?? 0, change.propagation ?? 0);
  return sys("mount_setattr", [slot(fd), str(""), flags, attr, MOUNT_ATTR_SIZE], { tolerate });
}

/** Clones the mount at an absolute path of the host (still visible before the pivot) into slot `into`. */
export function cloneHostMount(
  path: string,
  into: Slot,
  recursive: boolean,
  tolerate: readonly ErrnoRule[] = [],
): Call {
  const flags = OPEN_TREE_CLONE | O.CLOEXEC | (recursive ? AT_RECURSIVE : 0);
  return sys("open_tree", [AT_FDCWD, str(path), flags], { into, tolerate });
}

/** Clones what the open `fd` shows into slot `into`. */
export function cloneMount(fd: Slot, into: Slot, recursive: boolean): Call {
  const flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | O.CLOEXEC | (recursive ? AT_RECURSIVE : 0);
  return sys("open_tree", [slot(fd), str(""), flags], { into });
}

/** Puts the detached mount `from` onto the open file or directory `to`. */
export function attachMount(from: Slot, to: Slot): Call {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  return sys("move_mount", [slot(from), str(""), slot(to), str(""), flags]);
}

/** Puts the detached mount `from` onto an absolute path of the host, which is no link; only before the pivot. */
export function attachHostMount(from: Slot, path: string): Call {
  return sys("move_mount", [slot(from), str(""), AT_FDCWD, str(path), MOVE_MOUNT_F_EMPTY_PATH]);
}

/** A filesystem to be made: type, its own options ("size=64k", "noswap"), attributes of the mount. */
export interface NewFilesystem {
  type: string;
  source: string;
  data: readonly string[];
  attributes: number;
}

/** Makes a filesystem and leaves its detached mount in slot `into`. `onRefused` holds rules for a kernel that refuses it. */
export function makeFilesystem(fs: NewFilesystem, into: Slot, onRefused: readonly ErrnoRule[] = []): Call[] {
  const config = fs.data.map((option) => {
    const equals = option.indexOf("=");
    return equals < 0
      ? sys("fsconfig", [slot("mount.fs"), FSCONFIG_SET_FLAG, str(option), 0, 0])
      : sys("fsconfig", [
          slot("mount.fs"),
          FSCONFIG_SET_STRING,
          str(option.slice(0, equals)),
          str(option.slice(equals + 1)),
          0,
        ]);
  });
  return [
    sys("fsopen", [str(fs.type), FSOPEN_CLOEXEC], { into: "mount.fs", tolerate: onRefused }),
    sys("fsconfig", [slot("mount.fs"), FSCONFIG_SET_STRING, str("source"), str(fs.source), 0]),
    ...config,
    sys("fsconfig", [slot("mount.fs"), FSCONFIG_CMD_CREATE, 0, 0, 0], { tolerate: onRefused }),
    sys("fsmount", [slot("mount.fs"), FSMOUNT_CLOEXEC, fs.attributes], { into, tolerate: onRefused }),
    sys("close", [slot("mount.fs")]),
  ];
}

/** Closes what is left of a filesystem that the kernel refused at some point of makeFilesystem. */
export function closeRefused(): Call {
  return sys("close", [slot("mount.fs")], {
    tolerate: [{ errno: "EBADF", why: "not even opened" }],
  });
}

/** Closes the fds in `slots`. */
export function closeAll(...slots: Slot[]): Call[] {
  return slots.map((name) => sys("close", [slot(name)]));
}
