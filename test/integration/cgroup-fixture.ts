/** Real cgroups with real processes in them, for the tests of src/cgroup. Needs root. */
import { existsSync, readFileSync } from "node:fs";
import { type CompiledCgroup, compileCgroup } from "../../src/cgroup/compile.ts";
import type { CgroupJoin } from "../../src/cgroup/join-steps.ts";
import { killAll, remove } from "../../src/cgroup/manager.ts";
import type { CgroupRecord } from "../../src/cgroup/record.ts";
import { type CallFailure, carry, slotValue } from "../../src/host/carry.ts";
import type { HostFacts } from "../../src/host/facts.ts";
import { probeFacts } from "../../src/host/probe-facts.ts";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { buf, sys as call, load, str } from "../../src/plan/build.ts";
import type { Call, Slot } from "../../src/plan/call.ts";
import { SOCK } from "../../src/plan/socket.ts";
import type { Step } from "../../src/plan/step.ts";
import { OpenFds } from "../../src/runtime/open-fds.ts";
import type { Spec } from "../../src/spec/types.ts";

export type Linux = NonNullable<Spec["linux"]>;

export const host = createNodeHost();
export const sys = new Sys(host);
export const facts: HostFacts = probeFacts(sys);

let serial = 0;

/** A path that no other test and no other run uses. */
export function uniquePath(): string {
  return `/runt-test-${process.pid}-${serial++}/leaf`;
}

/**
 * Carries out steps one after the other; the slots go to `known`, what is open to `fds`. Gives the first failure with
 * its step.
 */
export function runSteps(
  steps: readonly Step[],
  known: Map<Slot, number>,
  fds: OpenFds = new OpenFds(),
): { step: Step; failure: CallFailure } | undefined {
  for (const step of steps) {
    const carried = carry(host, step.calls, known);
    for (const name of carried.encoded.slots.keys()) known.set(name, slotValue(carried, name));
    fds.note(step, carried.failure?.call, known);
    if (carried.failure !== undefined) return { step, failure: carried.failure };
  }
  return undefined;
}

/**
 * Where a process is in each hierarchy that runt sees, as /proc/<pid>/cgroup prints it. In a private mount namespace
 * with nothing but cgroup2, the kernel still lists the v1 hierarchies mounted elsewhere.
 */
export function cgroupsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .trim()
    .split("\n")
    .filter((line) => facts.cgroup.mode !== "v2" || line.startsWith("0::"))
    .map((line) => line.slice(line.indexOf(":", line.indexOf(":") + 1) + 1));
}

/** The command name of a process, which execve changes. */
function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8");
}

const OWN_COMMAND = commandOf(process.pid);

/** Waits for a child and gives its exit status, or minus the signal that ended it. */
export function reap(pid: number): number {
  const wait = call("wait4", [pid, buf("status", 4), 0, 0], { load: [load("status", "status", 0, 4)] });
  const carried = carry(host, [wait], new Map());
  if (carried.failure !== undefined) throw new Error(`wait4: ${carried.failure.errno}`);
  const status = slotValue(carried, "status");
  return (status & 0x7f) === 0 ? (status >> 8) & 0xff : -(status & 0x7f);
}

/** A container's cgroups on this machine. */
export class TestCgroup {
  readonly path: string;
  readonly compiled: CompiledCgroup;
  readonly known = new Map<Slot, number>();
  readonly fds = new OpenFds();

  constructor(linux: Linux, path: string = uniquePath()) {
    this.path = path;
    this.compiled = compileCgroup({
      spec: { ociVersion: "1.3.0", linux: { cgroupsPath: path, ...linux } } as Spec,
      id: "test",
      facts,
      options: { systemdCgroup: false },
    });
  }

  get record(): CgroupRecord {
    return this.compiled.record;
  }

  /** Checks and makes the cgroups, up to what wants the child to be there. */
  make(): { step: Step; failure: CallFailure } | undefined {
    const { check, birthplace, host, join } = this.compiled;
    return runSteps([...check, ...birthplace, ...host, ...join.born], this.known, this.fds);
  }

  /** Starts a shell command in the cgroups, joining as a container's init does; gives its pid. */
  start(command: string, join: CgroupJoin = this.compiled.join): number {
    const [ours, theirs] = sys.socketpair(SOCK.SEQPACKET);
    const known = new Map<Slot, number>([...this.known, ["sync.host", ours], ["sync.fd", theirs]]);
    const spawn: Call = {
      op: "spawn",
      flags: 0,
      into: "child.pid",
      cgroup: join.into ? "cgroup.dir" : undefined,
      child: [
        call("close", [ours]),
        ...join.init.flatMap(({ calls }) => calls),
        call("execve", [str("/bin/sh"), { vec: ["sh", "-c", command] }, { vec: ["PATH=/usr/bin:/bin"] }]),
      ],
    };
    const carried = carry(host, [spawn], known);
    if (carried.failure !== undefined) throw new Error(`spawn: ${carried.failure.errno}`);
    const pid = slotValue(carried, "child.pid");
    const fds = new OpenFds();
    const failed = runSteps([...join.open, ...join.handOver], known, fds);
    for (const name of fds.take([])) sys.close(known.get(name) ?? -1);
    for (const fd of [ours, theirs]) sys.close(fd);
    if (failed !== undefined) throw new Error(`${failed.step.title}: ${failed.failure.errno}`);
    // Until execve the child runs on the program's memory, which has to stay alive so long.
    if (!until(() => commandOf(pid) !== OWN_COMMAND))
      throw new Error(`no execve: ${carried.encoded.bytes.length}`);
    return pid;
  }

  /** Runs a shell command in the cgroups to its end; gives its exit status. */
  run(command: string): number {
    return reap(this.start(command));
  }

  /** The directory of a controller's hierarchy (or of cgroup2) on this machine. */
  dir(controller: string): string {
    const found =
      this.record.directories.find((entry) => entry.controllers.includes(controller)) ??
      this.record.directories.find((entry) => entry.version === 2);
    return `${found?.mount}/${found?.path}`;
  }

  read(controller: string, file: string): string {
    return readFileSync(`${this.dir(controller)}/${file}`, "utf8").trim();
  }

  /** Kills, removes, and takes away the parents that the test made; gives the directories that are still there. */
  clean(pids: readonly number[] = []): string[] {
    for (const name of this.fds.take([])) {
      const fd = this.known.get(name) ?? -1;
      if (fd >= 0) sys.close(fd);
    }
    killAll(sys, this.record);
    for (const pid of pids) reap(pid);
    remove(sys, this.record);
    const leaves = this.record.directories.map((entry) => `${entry.mount}/${entry.path}`);
    for (const leaf of leaves) sys.rmdirat(-100, leaf.slice(0, leaf.lastIndexOf("/")), ["ENOENT"]);
    return leaves.filter((leaf) => existsSync(leaf));
  }
}

/** Waits until `test` holds, at most five seconds. */
export function until(test: () => boolean): boolean {
  for (let i = 0; i < 500; i++) {
    if (test()) return true;
    sys.sleep(10);
  }
  return false;
}
