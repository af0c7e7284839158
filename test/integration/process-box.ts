/** A tiny root filesystem, and processes made in it by the steps of src/compile/process alone. Needs root. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileContainerHooks } from "../../src/compile/hooks.ts";
import type { CompileInput } from "../../src/compile/input.ts";
import { cloneFlags, compileIdMaps } from "../../src/compile/namespaces.ts";
import { compilePivot } from "../../src/compile/pivot.ts";
import { compileMakeCwd } from "../../src/compile/process/cwd.ts";
import { compileProcess } from "../../src/compile/process/process.ts";
import { compileRootfs } from "../../src/compile/rootfs.ts";
import { compileInitSetup, compileLetParentGo } from "../../src/compile/setup.ts";
import { compileProgram, compileSpawn } from "../../src/compile/spawn.ts";
import { hostSync, initSync } from "../../src/compile/sync.ts";
import { compileTerminal } from "../../src/compile/terminal.ts";
import type { RuntError } from "../../src/error/runt-error.ts";
import { probeFacts } from "../../src/host/probe-facts.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { sys as call, O, str } from "../../src/plan/build.ts";
import type { Slot } from "../../src/plan/call.ts";
import type { Plan, Step } from "../../src/plan/step.ts";
import { awaitInit, initError, ownOp, receive } from "../../src/runtime/await-init.ts";
import { type Execution, newExecution, runHostSteps, slotOf } from "../../src/runtime/execution.ts";
import { sealProgram } from "../../src/runtime/program.ts";
import { waitPidfd } from "../../src/runtime/wait.ts";
import type { Spec } from "../../src/spec/types.ts";
import { type Given, inputOf } from "../compile/process/input.ts";
import { clean, makeFolder, makeRootfs, makeRuntime } from "./lab.ts";

export const host = createNodeHost();
export const rt = makeRuntime("/run/runt-test", host);
export const { sys } = rt;
const facts = probeFacts(sys);

export const OWN_NAMESPACES: NonNullable<Spec["linux"]> = {
  namespaces: [{ type: "mount" }, { type: "pid" }, { type: "ipc" }, { type: "uts" }],
};

/** How a process ended, and what was seen of it. */
export interface Ended {
  output: string;
  /** Exit status, or minus the signal. */
  status: number;
  error: RuntError | undefined;
}

export class Box {
  readonly folder = makeFolder("process");
  readonly rootfs = makeRootfs(this.folder);

  constructor() {
    // Root of a user namespace has to walk here.
    chmodSync(this.folder, 0o755);
    mkdirSync(join(this.rootfs, "dev/pts"));
  }

  /** Writes a file of the root filesystem. */
  put(path: string, content: string, mode = 0o755): void {
    writeFileSync(join(this.rootfs, path), content, { mode });
  }

  input(given: Given): CompileInput {
    const { cgroup, capabilities, lastCapability, nofile } = facts;
    return {
      ...inputOf({
        linux: OWN_NAMESPACES,
        ...given,
        process: { env: ["PATH=/bin"], ...given.process },
        options: { foreground: given.process?.terminal !== true, noNewKeyring: true, ...given.options },
        facts: { arch: host.arch, cgroup, capabilities, lastCapability, nofile },
      }),
      rootfs: this.rootfs,
      bundle: this.folder,
    };
  }

  /** Makes the process; `console` is the socket that receives its terminal. */
  start(given: Given, console = -1): { execution: Execution; error: RuntError | undefined; reader: number } {
    const input = this.input(given);
    const plan = planOf(input);
    const [reader, writer] = sys.pipe();
    const [hookReader, hookWriter] = sys.pipe();
    const state = sys.call("memfd_create", [str("state"), 1]);
    sys.write(state, new TextEncoder().encode('{"id":"box"}'));
    const [syncHost, syncInit] = sys.socketpair(5);
    const opened: [Slot, number][] = [
      ["sync.fd", syncInit],
      ["proc.fd", sys.open("/proc", O.RDONLY)],
      ["hook.state", state],
      ["hook.output", hookWriter],
      ["console.fd", console],
      ["stdio.0", sys.open("/dev/null", O.RDONLY)],
      ["stdio.1", writer],
      ["stdio.2", sys.call("fcntl", [writer, 1030, 0])],
    ];
    const execution = newExecution(rt, plan, [
      ...opened,
      ["sync.host", syncHost],
      ["hook.reader", hookReader],
    ]);
    try {
      const error = carryOut(execution);
      return { execution, error, reader };
    } finally {
      const kept = ["sync.fd", "console.fd"];
      for (const [name, fd] of opened) if (!kept.includes(name)) sys.close(fd);
      for (const name of ["sync.host", "hook.reader", "init.image", "init.program", "rootfs.tree"]) {
        sys.close(slotOf(execution, name));
      }
    }
  }

  /** Makes the process and waits for its end. */
  run(given: Given): Ended {
    const { execution, error, reader } = this.start(given);
    const status = this.reap(execution);
    const output = sys.readText(reader, 65536);
    sys.close(reader);
    return { output, status, error };
  }

  /** Waits for the process of an execution; gives its status. */
  reap(execution: Execution): number {
    const pidfd = slotOf(execution, "init.pidfd");
    const ended = waitPidfd(rt, pidfd, true);
    sys.close(pidfd);
    if (ended === undefined) throw new Error("it has not ended");
    return ended.exited ? ended.status : -ended.status;
  }

  /** A file of the host. */
  read(path: string): string {
    return readFileSync(path, "utf8");
  }

  remove(): void {
    clean(this.folder);
  }
}

/** Mounts that the tests look at; a path of the host is as good as a walk inside the root here. */
function testMounts(rootfs: string): Step {
  const mount = (type: string, at: string, data: string) =>
    call("mount", [str(type), str(`${rootfs}/${at}`), str(type), 0, str(data)]);
  return {
    kind: "mount",
    from: "runt:test",
    title: "mount what the test needs",
    calls: [mount("proc", "proc", ""), mount("devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=0620")],
  };
}

function planOf(input: CompileInput): Plan {
  const rootfs = compileRootfs(input);
  const process = compileProcess(input, ["sync.fd", "hook.state", "hook.output"]);
  const terminal = input.spec.process?.terminal === true;
  const imports: Slot[] = ["sync.fd", "proc.fd", "rootfs.tree", "hook.state", "hook.output"];
  imports.push(...(terminal ? ["console.fd"] : ["stdio.0", "stdio.1", "stdio.2"]));
  const newUserNamespace = input.spec.linux?.namespaces?.some((one) => one.type === "user") ?? false;
  return {
    version: 1,
    imports,
    host: [
      ...rootfs.host,
      compileProgram(),
      compileSpawn({
        id: input.id,
        flags: cloneFlags(input),
        newUserNamespace,
        joinPid: false,
        intoCgroup: false,
        imports,
        preserveFds: input.options.preserveFds,
      }),
      ...compileIdMaps(input),
      ...(newUserNamespace ? [hostSync("mapped", "release")] : []),
      hostSync("joined", "await"),
      ...process.host,
      hostSync("joined", "release"),
    ],
    init: [
      ...compileInitSetup(input),
      initSync("joined", "meet"),
      ...rootfs.init,
      testMounts(input.rootfs),
      ...compileContainerHooks(input, "createContainer"),
      ...compileTerminal(input),
      ...compileMakeCwd(input),
      ...compilePivot(input),
      ...process.init,
      ...compileContainerHooks(input, "startContainer"),
      compileLetParentGo(),
      ...process.execute,
    ],
  };
}

/** Until the process has called execve; gives what init reported instead. */
function carryOut(execution: Execution): RuntError | undefined {
  runHostSteps(execution, {
    program: sealProgram,
    spawn: () => sys.close(slotOf(execution, "sync.fd")),
    sync: awaitInit,
  });
  const message = receive(execution, slotOf(execution, "sync.host"), ownOp(execution));
  if (typeof message === "string" || !("failed" in message)) return undefined;
  return initError(execution, message.failed.step, message.failed.failure);
}
