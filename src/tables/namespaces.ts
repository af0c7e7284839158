/** Namespace types of the spec: their clone flag (clone(2)) and their name in /proc/<pid>/ns. */
export const NAMESPACES = {
  pid: { flag: 0x20000000, file: "pid" },
  network: { flag: 0x40000000, file: "net" },
  mount: { flag: 0x20000, file: "mnt" },
  ipc: { flag: 0x8000000, file: "ipc" },
  uts: { flag: 0x4000000, file: "uts" },
  user: { flag: 0x10000000, file: "user" },
  cgroup: { flag: 0x2000000, file: "cgroup" },
  time: { flag: 0x80, file: "time" },
} as const;

export type NamespaceType = keyof typeof NAMESPACES;
