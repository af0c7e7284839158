/**
 * The mount option words of the runtime specification and of mount(8): what each one sets or clears. Words that are
 * not here belong to the filesystem.
 */

/** mount_setattr(2) attributes. */
export const MOUNT_ATTR = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  ATIME: 0x70,
  RELATIME: 0,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  IDMAP: 0x100000,
  NOSYMFOLLOW: 0x200000,
} as const;

/** mount(2) propagation flags. */
export const PROPAGATION = {
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  REC: 1 << 14,
} as const;

export type MountOption =
  /** Sets and clears attributes of the mount; recursive ones those of every mount below as well. */
  | { kind: "attribute"; set: number; clear: number; recursive: boolean }
  /** A flag of the filesystem itself, by its fsconfig name; undefined = nothing to set. */
  | { kind: "superblock"; flag: string | undefined }
  | { kind: "propagation"; flag: number; recursive: boolean }
  | { kind: "bind"; recursive: boolean }
  | { kind: "remount" }
  | { kind: "idmap"; recursive: boolean }
  | { kind: "tmpcopyup" }
  | { kind: "nothing" };

const A = MOUNT_ATTR;

function attribute(set: number, clear: number): MountOption {
  return { kind: "attribute", set, clear, recursive: false };
}
function every(set: number, clear: number): MountOption {
  return { kind: "attribute", set, clear, recursive: true };
}
function superblock(flag: string | undefined): MountOption {
  return { kind: "superblock", flag };
}
function propagation(flag: number, recursive: boolean): MountOption {
  return { kind: "propagation", flag, recursive };
}

export const MOUNT_OPTIONS: Readonly<Record<string, MountOption>> = {
  defaults: { kind: "nothing" },
  bind: { kind: "bind", recursive: false },
  rbind: { kind: "bind", recursive: true },
  remount: { kind: "remount" },
  tmpcopyup: { kind: "tmpcopyup" },
  idmap: { kind: "idmap", recursive: false },
  ridmap: { kind: "idmap", recursive: true },

  ro: attribute(A.RDONLY, 0),
  rw: attribute(0, A.RDONLY),
  nosuid: attribute(A.NOSUID, 0),
  suid: attribute(0, A.NOSUID),
  nodev: attribute(A.NODEV, 0),
  dev: attribute(0, A.NODEV),
  noexec: attribute(A.NOEXEC, 0),
  exec: attribute(0, A.NOEXEC),
  nosymfollow: attribute(A.NOSYMFOLLOW, 0),
  symfollow: attribute(0, A.NOSYMFOLLOW),
  nodiratime: attribute(A.NODIRATIME, 0),
  diratime: attribute(0, A.NODIRATIME),
  noatime: attribute(A.NOATIME, A.ATIME),
  atime: attribute(A.RELATIME, A.ATIME),
  relatime: attribute(A.RELATIME, A.ATIME),
  norelatime: attribute(A.STRICTATIME, A.ATIME),
  strictatime: attribute(A.STRICTATIME, A.ATIME),
  nostrictatime: attribute(A.RELATIME, A.ATIME),

  rro: every(A.RDONLY, 0),
  rrw: every(0, A.RDONLY),
  rnosuid: every(A.NOSUID, 0),
  rsuid: every(0, A.NOSUID),
  rnodev: every(A.NODEV, 0),
  rdev: every(0, A.NODEV),
  rnoexec: every(A.NOEXEC, 0),
  rexec: every(0, A.NOEXEC),
  rnosymfollow: every(A.NOSYMFOLLOW, 0),
  rsymfollow: every(0, A.NOSYMFOLLOW),
  rnodiratime: every(A.NODIRATIME, 0),
  rdiratime: every(0, A.NODIRATIME),
  rnoatime: every(A.NOATIME, A.ATIME),
  ratime: every(A.RELATIME, A.ATIME),
  rrelatime: every(A.RELATIME, A.ATIME),
  rnorelatime: every(A.STRICTATIME, A.ATIME),
  rstrictatime: every(A.STRICTATIME, A.ATIME),
  rnostrictatime: every(A.RELATIME, A.ATIME),

  sync: superblock("sync"),
  async: superblock(undefined),
  dirsync: superblock("dirsync"),
  mand: superblock("mand"),
  nomand: superblock(undefined),
  lazytime: superblock("lazytime"),
  nolazytime: superblock(undefined),
  iversion: superblock("iversion"),
  noiversion: superblock(undefined),
  silent: superblock("silent"),
  loud: superblock(undefined),

  private: propagation(PROPAGATION.PRIVATE, false),
  rprivate: propagation(PROPAGATION.PRIVATE, true),
  shared: propagation(PROPAGATION.SHARED, false),
  rshared: propagation(PROPAGATION.SHARED, true),
  slave: propagation(PROPAGATION.SLAVE, false),
  rslave: propagation(PROPAGATION.SLAVE, true),
  unbindable: propagation(PROPAGATION.UNBINDABLE, false),
  runbindable: propagation(PROPAGATION.UNBINDABLE, true),
};
