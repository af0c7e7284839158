import { execFileSync } from "node:child_process";
import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The part of a config.json that is changed here. */
interface Config {
  process: { terminal: boolean; args: string[] };
  root: { path: string };
  mounts: { destination: string; type: string; source: string; options?: string[] }[];
  linux: { resources: { memory?: { limit: number } } };
}

const MANY_MOUNTS = 1000;

/** Bundles around one root filesystem, all with runc's default config but for what their names say. */
export class Bundles {
  readonly rootfs: string;
  private readonly work: string;
  private readonly spec: string;

  /** Makes the root filesystem below `work` and asks `runc` for its config. */
  constructor(work: string, runc: string) {
    this.work = work;
    this.rootfs = join(work, "rootfs");
    const bin = join(this.rootfs, "bin");
    mkdirSync(bin, { recursive: true });
    copyFileSync("/bin/busybox", join(bin, "true"));
    linkSync(join(bin, "true"), join(bin, "sleep"));
    copyFileSync("build/bench/tiny", join(bin, "tiny"));
    for (const name of ["proc", "dev", "sys", "source"]) mkdirSync(join(this.rootfs, name));
    for (let i = 0; i < MANY_MOUNTS; i++) mkdirSync(join(this.rootfs, "m", `${i}`), { recursive: true });
    execFileSync(runc, ["spec", "--bundle", work]);
    this.spec = readFileSync(join(work, "config.json"), "utf8");
  }

  /** A bundle whose process is `args`. */
  of(...args: string[]): string {
    return this.write(args.join("-"), (config) => {
      config.process.args = args;
    });
  }

  /** A bundle of `true` with `count` bind mounts more. */
  withMounts(count: number): string {
    return this.write(`mounts-${count}`, (config) => {
      config.process.args = ["true"];
      for (let i = 0; i < count; i++) {
        const destination = `/m/${i}`;
        config.mounts.push({
          destination,
          type: "bind",
          source: join(this.rootfs, "source"),
          options: ["bind"],
        });
      }
    });
  }

  /** A bundle of the smallest program, with a memory limit in bytes. */
  withMemory(limit: number): string {
    return this.write("memory", (config) => {
      config.process.args = ["tiny"];
      config.linux.resources.memory = { limit };
    });
  }

  private write(name: string, change: (config: Config) => void): string {
    const bundle = join(this.work, name);
    const config = JSON.parse(this.spec) as Config;
    config.process.terminal = false;
    config.root.path = this.rootfs;
    change(config);
    mkdirSync(bundle, { recursive: true });
    writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
    return bundle;
  }
}
