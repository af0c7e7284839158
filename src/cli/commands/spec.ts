import { RuntError } from "../../error/runt-error.ts";
import type { Sys } from "../../host/sys.ts";
import { AT_FDCWD, O } from "../../plan/build.ts";
import { specTemplate } from "../../runtime/spec-template.ts";
import type { CommandCall } from "../command-call.ts";
import { isSet, textOf } from "../option-values.ts";

const CGROUP2_SUPER_MAGIC = 0x63677270;

/** Writes a config.json to begin with; an existing one is never overwritten (BUNDLE). */
export function specCommand({ rt, options }: CommandCall): number {
  const { sys } = rt;
  const template = specTemplate({
    cgroupNamespace: hasOnlyCgroup2(sys),
    rootless: isSet(options, "rootless") ? ownIds(sys) : undefined,
  });
  const path = `${textOf(options, "bundle") ?? "."}/config.json`;
  const fd = sys.open(path, O.WRONLY | O.CREAT | O.EXCL, 0o666, ["EEXIST"]);
  if (fd < 0) throw new RuntError({ code: "BUNDLE", message: "File config.json exists. Remove it first" });
  sys.write(fd, `${JSON.stringify(template, null, "\t")}\n`);
  sys.close(fd);
  return 0;
}

/** The effective ids, which own the process's directory in procfs: proc_pid(5). */
function ownIds(sys: Sys): { uid: number; gid: number } {
  const { uid, gid } = sys.stat(AT_FDCWD, "/proc/self");
  return { uid, gid };
}

function hasOnlyCgroup2(sys: Sys): boolean {
  const fd = sys.open("/sys/fs/cgroup", O.PATH, 0, ["ENOENT"]);
  if (fd < 0) return false;
  const type = sys.filesystemType(fd);
  sys.close(fd);
  return type === CGROUP2_SUPER_MAGIC;
}
