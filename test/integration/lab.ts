/** What integration tests share: bundles of busybox, a runtime with a state root of its own, the search for leftovers. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../src/host/port.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import type { Runtime } from "../../src/runtime/context.ts";
import { specTemplate } from "../../src/runtime/spec-template.ts";
import type { Spec } from "../../src/spec/types.ts";
import { runtimeOf } from "./runtime-of.ts";

const BUSYBOX = "/bin/busybox";
const APPLETS = [
  "sh",
  "cat",
  "echo",
  "env",
  "false",
  "id",
  "kill",
  "ls",
  "mount",
  "ps",
  "pwd",
  "readlink",
  "sleep",
  "stat",
  "stty",
  "test",
  "touch",
  "true",
  "tty",
  "hostname",
  "grep",
  "head",
  "wc",
  "dd",
  "umask",
];

export const isRoot = process.getuid?.() === 0;

/** A new empty folder that ``clean` removes. */
export function makeFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `runt-${name}-`));
}

/** A rootfs with busybox in it. */
export function makeRootfs(folder: string): string {
  const rootfs = join(folder, "rootfs");
  for (const name of ["bin", "etc", "tmp", "proc", "sys", "dev", "data"])
    mkdirSync(join(rootfs, name), { recursive: true });
  copyFileSync(BUSYBOX, join(rootfs, "bin", "busybox"));
  for (const applet of APPLETS) symlinkSync("busybox", join(rootfs, "bin", applet));
  return rootfs;
}

/** A bundle in `folder` whose config is the template's with `change` applied; the process is `args`. */
export function makeBundle(
  folder: string,
  args: string[],
  change: (spec: Spec) => void = () => undefined,
): string {
  makeRootfs(folder);
  writeConfig(folder, args, change);
  return folder;
}

/** Writes config.json anew. */
export function writeConfig(
  folder: string,
  args: string[],
  change: (spec: Spec) => void = () => undefined,
): void {
  const spec = specTemplate({ rootless: undefined, cgroupNamespace: false });
  if (spec.process !== undefined) {
    spec.process.args = args;
    spec.process.terminal = false;
  }
  change(spec);
  writeFileSync(join(folder, "config.json"), JSON.stringify(spec));
}

/** A runtime on `host` whose containers are below `root`; warnings are kept. */
export function makeRuntime(root: string, host: Host = createNodeHost()): Runtime & { warnings: string[] } {
  return runtimeOf(root, host);
}

/** Every cgroup directory whose name is `id`. */
function cgroupsOf(id: string): string[] {
  // Cgroups of others vanish while find walks, which it takes for a failure.
  return spawnSync("find", ["/sys/fs/cgroup", "-type", "d", "-name", id], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .stdout.split("\n")
    .filter((line) => line !== "");
}

/** Processes that run or are zombies: runt-init of container `id`, or children of this process. */
function processesOf(id: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return command[0] === "runt-init" && command[2] === id;
      } catch {
        return false;
      }
    });
}

/** Open descriptors of this process. */
export function openFds(): number {
  return readdirSync("/proc/self/fd").length;
}

/** What is left of container `id` on this host: state, cgroups, processes, mounts. Empty when all is gone. */
export function leftovers(rt: Runtime, id: string): string[] {
  const left: string[] = [];
  try {
    readdirSync(join(rt.root, id));
    left.push(`state ${rt.root}/${id}`);
  } catch {
    // Gone, as it should be.
  }
  left.push(...cgroupsOf(id).map((path) => `cgroup ${path}`));
  left.push(...processesOf(id).map((pid) => `process ${pid}`));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  left.push(
    ...mounts
      .filter((line) => line.includes(rt.root) || line.includes(`/${id}/`))
      .map((line) => `mount ${line}`),
  );
  return left;
}

/** Removes a folder of a test. */
export function clean(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
