/** Drives the runtime's binary (env RUNT, else build/runt) as its users do: by command lines. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import t, { type Test } from "tap";
import type { Runtime } from "../../src/runtime/context.ts";
import type { Spec } from "../../src/spec/types.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder } from "./lab.ts";

export const RUNT = resolve(process.env.RUNT ?? "build/runt");
const TIMEOUT_MS = 60_000;

/** What became of a command: its exit status (-1 when a signal ended it) and all that it, or its container, wrote. */
export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** What it reads from stdin; without it stdin is /dev/null. */
  input?: string;
  cwd?: string;
  /** The whole environment. */
  env?: Record<string, string>;
  /** Descriptors of the test that the command gets as 3, 4 and so on. */
  fds?: readonly number[];
  /** A program with its arguments that runs the command, instead of the test itself. */
  under?: readonly string[];
  /** Whether --root precedes the command line (default: yes). */
  root?: boolean;
}

/** A command that still runs. */
export interface Begun {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** What it has written to stdout so far. */
  stdout(): string;
}

/** A state root with the containers of one test. */
export class BinaryLab {
  readonly folder = makeFolder("binary");
  readonly root = join(this.folder, "state");
  private readonly ids = new Set<string>();
  private serial = 0;

  constructor() {
    mkdirSync(this.root);
  }

  /** A container id that no other test process has; it is cleaned up after the test. */
  id(name: string): string {
    const id = `${name}-${process.pid}`;
    this.ids.add(id);
    return id;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A new bundle whose process is `args`. */
  bundle(args: string[], change?: (spec: Spec) => void): string {
    const folder = this.path(`bundle-${this.serial++}`);
    mkdirSync(folder);
    return makeBundle(folder, args, change);
  }

  /** Runs the binary to its end. Its stdout and stderr are files, so that a container that keeps them holds nobody up. */
  runt(args: readonly string[], options: CommandOptions = {}): Ended {
    const files = this.outputFiles();
    const [program = RUNT, ...words] = [...(options.under ?? []), RUNT, ...this.words(args, options)];
    const { status } = spawnSync(program, words, {
      cwd: options.cwd,
      env: options.env,
      input: options.input,
      stdio: [
        options.input === undefined ? "ignore" : "pipe",
        files.stdout.fd,
        files.stderr.fd,
        ...(options.fds ?? []),
      ],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    return files.close(status);
  }

  /** runt, which has to succeed; gives what it printed. */
  ok(args: readonly string[], options: CommandOptions = {}): string {
    const { status, stdout, stderr } = this.runt(args, options);
    if (status !== 0) throw new Error(`runt ${args.join(" ")}: status ${status}: ${stderr}`);
    return stdout;
  }

  /** Starts the binary and goes on. */
  begin(args: readonly string[], options: CommandOptions = {}): Begun {
    const files = this.outputFiles();
    const child = spawn(RUNT, this.words(args, options), {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", files.stdout.fd, files.stderr.fd],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    const ended = new Promise<Ended>((done) => child.on("close", (status) => done(files.close(status))));
    return { child, ended, stdout: () => readFileSync(files.stdout.path, "utf8") };
  }

  /** Creates a container of a new bundle and gives its id. */
  create(name: string, args: string[], change?: (spec: Spec) => void): string {
    const id = this.id(name);
    this.ok(["create", "--bundle", this.bundle(args, change), id]);
    return id;
  }

  /** Creates and starts a container of a new bundle and gives its id. */
  start(name: string, args: string[] = ["sleep", "100"], change?: (spec: Spec) => void): string {
    const id = this.create(name, args, change);
    this.ok(["start", id]);
    return id;
  }

  /** The parsed output of `state`. */
  state(id: string): { pid: number; status: string; bundle: string; rootfs: string; [key: string]: unknown } {
    return JSON.parse(this.ok(["state", id]));
  }

  /** Waits until the container has the status. */
  async reach(id: string, status: string): Promise<void> {
    await until(`${id} is ${status}`, () => this.state(id).status === status);
  }

  /** Whatever is left of the containers on this machine. */
  leftovers(): string[] {
    const runtime = { root: this.root } as Runtime;
    return [...this.ids].flatMap((id) => leftovers(runtime, id));
  }

  /** Deletes all containers, those of failed tests included. */
  deleteAll(): void {
    for (const id of existsSync(this.root) ? readdirSync(this.root) : [])
      this.runt(["delete", "--force", id]);
  }

  remove(): void {
    this.deleteAll();
    clean(this.folder);
  }

  private words(args: readonly string[], options: CommandOptions): string[] {
    return options.root === false ? [...args] : ["--root", this.root, ...args];
  }

  private outputFiles() {
    const serial = this.serial++;
    const [stdout, stderr] = ["out", "err"].map((name) => {
      const path = this.path(`${serial}.${name}`);
      return { path, fd: openSync(path, "a") };
    }) as [{ path: string; fd: number }, { path: string; fd: number }];
    const close = (status: number | null): Ended => {
      for (const { fd } of [stdout, stderr]) closeSync(fd);
      const [out, err] = [stdout, stderr].map(({ path }) => readFileSync(path, "utf8"));
      return { status: status ?? -1, stdout: out ?? "", stderr: err ?? "" };
    };
    return { stdout, stderr, close };
  }
}

/** A test with a state root of its own; afterwards its containers are deleted and nothing may be left of them. */
export function binaryTest(name: string, body: (t: Test, lab: BinaryLab) => void | Promise<void>): void {
  t.test(name, { skip: isRoot ? false : "needs root", timeout: 300_000 }, async (t) => {
    const lab = new BinaryLab();
    t.teardown(() => lab.remove());
    await body(t, lab);
    lab.deleteAll();
    t.same(lab.leftovers(), [], "nothing is left");
  });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Waits until `holds`, at most fifteen seconds; then throws. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(20)) if (holds()) return;
  throw new Error(`in vain waited until ${what}`);
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
