/** What tests of hostile images share: a canary outside of the rootfs, and runs of spoilt bundles. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import type { Spec } from "../../src/spec/types.ts";
import type { BinaryLab, Ended } from "./binary.ts";

/** A folder beside the rootfs that holds what a container must not reach. */
export class Outside {
  readonly folder: string;
  private readonly before: string;

  constructor(lab: BinaryLab) {
    this.folder = lab.path("outside");
    mkdirSync(this.folder);
    mkdirSync(join(this.folder, "empty"));
    writeFileSync(join(this.folder, "file"), "untouched");
    this.before = this.picture();
  }

  /** Names, modes, owners and contents. */
  private picture(): string {
    const names = readdirSync(this.folder, { recursive: true }).map(String).sort();
    const lines = names.map((name) => {
      const { mode, uid, gid, size, mtimeMs } = statSync(join(this.folder, name));
      return [name, mode, uid, gid, size, mtimeMs].join(" ");
    });
    return [...lines, readFileSync(join(this.folder, "file"), "utf8")].join("\n");
  }

  check(t: Test, what: string): void {
    t.equal(this.picture(), this.before, `${what}: nothing outside has changed`);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    t.notMatch(mounts, this.folder, `${what}: nothing is mounted outside`);
  }
}

/** Runs a bundle after `spoil` has changed its rootfs. */
export function attempt(
  lab: BinaryLab,
  args: string[],
  spoil: (rootfs: string) => void,
  change?: (spec: Spec) => void,
): Ended {
  const bundle = lab.bundle(args, change);
  spoil(join(bundle, "rootfs"));
  return lab.runt(["run", "-b", bundle, lab.id("hostile")]);
}

export function replace(rootfs: string, name: string, target: string): void {
  rmSync(join(rootfs, name), { recursive: true, force: true });
  symlinkSync(target, join(rootfs, name));
}

/** A link to the folder: absolute, or by climbing up, both as seen from the host and from inside. */
export function targets(outside: Outside): string[] {
  return [outside.folder, `../../outside`, `../../../../../../../..${outside.folder}`, "/proc/self/cwd"];
}

export function refusedOrConfined(t: Test, ended: Ended, what: string, named: RegExp): void {
  if (ended.status === 0) t.pass(`${what}: a confined container`);
  else t.match(ended.stderr, named, `${what}: an error that names it`);
  t.notMatch(ended.stderr, "internal error", what);
}
