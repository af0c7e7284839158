import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync, truncateSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const FAILURE_SHOWN = 200;
const TIMED_OUT = 255;

/** How long programs took, from the start of the first to the end of the last, and the most memory that one had. */
export interface Taken {
  readonly ms: number;
  readonly kB: number;
}

/** A program that failed; the message has its last words. */
export class ProgramFailed extends Error {}

/** Someone pressed Ctrl-C. */
export class Interrupted extends Error {}

/** The end of what programs have said on one line, each thing once. */
function lastWords(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return [...new Set(lines)].join(" / ").slice(-FAILURE_SHOWN);
}

/** Speaks with bench/launch.c, which starts and times programs. */
export class Launcher {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: AsyncIterator<string>;
  private readonly log: string;
  private interrupted = false;

  /** @param log the file that takes the programs' standard error */
  constructor(program: string, log: string) {
    this.log = log;
    // In a session of its own, so that Ctrl-C does not end what it runs half-way: it must clean up first.
    this.child = spawn(program, [log], {
      detached: true,
      env: { PATH: process.env.PATH },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** From now on nothing is started: `run` throws Interrupted. */
  interrupt(): void {
    this.interrupted = true;
  }

  /** Lets `run` work again, for cleaning up. */
  resume(): void {
    this.interrupted = false;
  }

  /**
   * Runs programs at the same time, each a path and its arguments.
   * @throws ProgramFailed when one exits with another status than 0, or runs for more than `seconds`
   */
  async run(programs: readonly (readonly string[])[], seconds = 60): Promise<Taken> {
    if (this.interrupted) throw new Interrupted("interrupted");
    const fields = programs.flatMap((program, index) => (index === 0 ? program : ["&", ...program]));
    const [nanoseconds, kB, status] = await this.ask(["run", `${seconds}`, ...fields]);
    if (status === 0) return { ms: nanoseconds / 1e6, kB };
    const said = lastWords(readFileSync(this.log, "utf8"));
    truncateSync(this.log);
    const ending = status === TIMED_OUT ? `not done after ${seconds} s` : `status ${status}`;
    throw new ProgramFailed(said === "" ? ending : `${ending}: ${said}`);
  }

  /** Waits until a process that a program left behind has ended, and takes it away. */
  async reap(pid: number): Promise<void> {
    const [, , status] = await this.ask(["reap", "10", `${pid}`]);
    if (status !== 0) throw new ProgramFailed(`process ${pid} did not end within 10 s`);
  }

  /** Ends the launcher. */
  close(): void {
    this.child.stdin.end();
  }

  private async ask(fields: readonly string[]): Promise<[number, number, number]> {
    this.child.stdin.write(`${fields.join("\t")}\n`);
    const { value, done } = await this.answers.next();
    const numbers = done ? [] : value.split(" ").map(Number);
    const [first, second, third] = numbers;
    if (first === undefined || second === undefined || third === undefined) {
      throw new Error("the launcher ended");
    }
    return [first, second, third];
  }
}
