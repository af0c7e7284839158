import { needsHome, parsePasswdHome } from "../compile/process/environment.ts";
import { O, RESOLVE } from "../plan/build.ts";
import type { Spec } from "../spec/types.ts";
import type { Runtime } from "./context.ts";

/**
 * The home directory of the process's user by the container's own /etc/passwd, read inside the rootfs; "/" when it
 * is not there. Undefined when the environment of the config names one.
 * SAFETY: the image may hold any file there: links stay inside the rootfs, devices and pipes are not waited for.
 */
export function homeOf(rt: Runtime, spec: Spec, rootfs: string): string | undefined {
  if (spec.process === undefined || !needsHome(spec.process.env ?? [])) return undefined;
  const root = rt.sys.open(rootfs, O.PATH, 0, ["ENOENT", "ENOTDIR", "EACCES"]);
  if (root < 0) return "/";
  try {
    return parsePasswdHome(readPasswd(rt, root), spec.process.user?.uid ?? 0);
  } finally {
    rt.sys.close(root);
  }
}

function readPasswd(rt: Runtime, root: number): string {
  const { sys } = rt;
  const fd = sys.openat2(root, "etc/passwd", O.RDONLY | O.NONBLOCK, {
    resolve: RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS,
    tolerate: ["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "ENXIO"],
  });
  if (fd < 0) return "";
  try {
    const S_IFMT = 0o170000;
    const S_IFREG = 0o100000;
    if ((sys.stat(fd, "", 0x1000).mode & S_IFMT) !== S_IFREG) return "";
    return sys.readText(fd, PASSWD_LIMIT);
  } finally {
    sys.close(fd);
  }
}

/** Larger files of users are not searched. */
const PASSWD_LIMIT = 1024 * 1024;
