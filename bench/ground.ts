import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundles } from "./bundles.ts";
import { type Launcher, ProgramFailed, type Taken } from "./launcher.ts";
import type { Runtime } from "./runtimes.ts";

/** A container that create has made. */
export interface Container {
  readonly runtime: Runtime;
  readonly id: string;
  readonly pid: number;
}

const AT_A_TIME = 4;

/** What the experiments stand on: containers of each runtime, in a state folder of its own. */
export class Ground {
  readonly launcher: Launcher;
  readonly bundles: Bundles;
  private readonly work: string;
  private readonly prefix: string;
  private readonly containers = new Set<Container>();
  private made = 0;

  /**
   * @param work a folder for state and pid files
   * @param prefix what the containers' ids begin with
   */
  constructor(launcher: Launcher, bundles: Bundles, work: string, prefix: string) {
    this.launcher = launcher;
    this.bundles = bundles;
    this.work = work;
    this.prefix = prefix;
  }

  /** An id that no container had yet. */
  freshId(): string {
    return `${this.prefix}${this.made++}`;
  }

  /** The command line of a runtime's command. */
  command(runtime: Runtime, ...args: string[]): string[] {
    return [runtime.binary, "--root", this.stateOf(runtime), ...args];
  }

  /** The command line that runs a bundle's process to its end; of `true` for those that know no bundles. */
  runCommand(runtime: Runtime, bundle: string, id: string): string[] {
    if (runtime.kind === "floor") return [runtime.binary];
    if (runtime.kind === "runtime") return this.command(runtime, "run", "--bundle", bundle, id);
    return [runtime.binary, this.stateOf(runtime), this.bundles.rootfs, id, "/bin/true"];
  }

  /** Runs a bundle's process to its end. When that fails, nothing of it is left. */
  async run(runtime: Runtime, bundle: string, seconds = 20): Promise<Taken> {
    const id = this.freshId();
    try {
      return await this.launcher.run([this.runCommand(runtime, bundle, id)], seconds);
    } catch (error) {
      if (error instanceof ProgramFailed) await this.forget(runtime, id);
      throw error;
    }
  }

  /** Creates a container; also tells what that took. */
  async create(runtime: Runtime, bundle: string): Promise<Container & Taken> {
    const id = this.freshId();
    const pidFile = join(this.work, id);
    const command = this.command(runtime, "create", "--bundle", bundle, "--pid-file", pidFile, id);
    let taken: Taken;
    try {
      taken = await this.launcher.run([command], 20);
    } catch (error) {
      if (error instanceof ProgramFailed) await this.forget(runtime, id);
      throw error;
    }
    const container = { runtime, id, pid: Number(readFileSync(pidFile, "utf8")) };
    this.containers.add(container);
    return { ...container, ...taken };
  }

  /** Creates many containers. */
  async createMany(runtime: Runtime, bundle: string, count: number): Promise<void> {
    const pidFile = (id: string): string => join(this.work, id);
    for (let done = 0; done < count; done += AT_A_TIME) {
      const ids = Array.from({ length: Math.min(AT_A_TIME, count - done) }, () => this.freshId());
      const command = (id: string): string[] =>
        this.command(runtime, "create", "--bundle", bundle, "--pid-file", pidFile(id), id);
      try {
        await this.launcher.run(ids.map(command));
      } finally {
        // Where one failed, the others must be removed all the same.
        for (const id of ids.filter((id) => existsSync(pidFile(id)))) {
          this.containers.add({ runtime, id, pid: Number(readFileSync(pidFile(id), "utf8")) });
        }
      }
    }
  }

  /** Runs a bundle's process to its end, `count` times at once. When that fails, nothing of it is left. */
  async runAtOnce(runtime: Runtime, bundle: string, count: number): Promise<Taken> {
    const ids = Array.from({ length: count }, () => this.freshId());
    try {
      return await this.launcher.run(ids.map((id) => this.runCommand(runtime, bundle, id)));
    } catch (error) {
      if (error instanceof ProgramFailed) for (const id of ids) await this.forget(runtime, id);
      throw error;
    }
  }

  /** Takes a container off the list of those to be removed, since its own delete has done it. */
  deleted({ id }: Container): void {
    for (const container of this.containers) if (container.id === id) this.containers.delete(container);
  }

  /** Removes all containers that are left, of one runtime or of all. */
  async removeAll(runtime?: Runtime): Promise<void> {
    const left = [...this.containers].filter((container) => !runtime || container.runtime.id === runtime.id);
    for (let done = 0; done < left.length; done += AT_A_TIME) {
      const some = left.slice(done, done + AT_A_TIME);
      await this.launcher.run(some.map(({ runtime, id }) => this.command(runtime, "delete", "--force", id)));
      for (const container of some) {
        await this.launcher.reap(container.pid);
        this.containers.delete(container);
      }
    }
  }

  private stateOf(runtime: Runtime): string {
    const folder = join(this.work, runtime.id);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Removes what a failed command may have left; there may be nothing. */
  private async forget(runtime: Runtime, id: string): Promise<void> {
    if (runtime.kind !== "runtime") return;
    try {
      await this.launcher.run([this.command(runtime, "delete", "--force", id)], 20);
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
    }
  }
}
