import type { CgroupJoin } from "../cgroup/join-steps.ts";
import { AT_FDCWD, O, OPEN_HOW_SIZE, openHow, slot, str, sys } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import type { Plan, Step } from "../plan/step.ts";
import { NAMESPACES, type NamespaceType } from "../tables/namespaces.ts";
import { type CompileInput, hasNamespace, userNamespaceOf } from "./input.ts";
import { becomeRootCalls } from "./namespaces.ts";
import { compileOpens } from "./opens.ts";
import { compileProcess } from "./process/process.ts";
import { compileInitSetup, compileLetParentGo } from "./setup.ts";
import { compileProgram, compileSpawn } from "./spawn.ts";
import { hostSync, initSync } from "./sync.ts";
import { compileExecTerminal } from "./terminal.ts";

/** A process to be added to a running container. `input.spec.process` is the new process. */
export interface ExecInput {
  input: CompileInput;
  /** Host pid of the container's init; the executor holds a pidfd of it in slot "target.pidfd". */
  pid: number;
  cgroup: CgroupJoin;
}

/** A compiled exec. */
export interface CompiledExec {
  plan: Plan;
  /** What is asked for and will not be granted, for the log. */
  warnings: readonly string[];
}

/** setns(2) takes all namespaces of a pidfd at once; the pid namespace is entered by the parent for the clone. */
function joinFlags(input: CompileInput): number {
  return Object.entries(NAMESPACES)
    .filter(([type]) => type !== "pid" && hasNamespace(input.spec, type))
    .reduce((flags, [type]) => flags | NAMESPACES[type as NamespaceType].flag, 0);
}

function openPidNamespace(pid: number): Step {
  return {
    kind: "namespace",
    from: "runt:exec",
    title: "open the container's pid namespace",
    calls: [
      sys(
        "openat2",
        [slot("proc.fd"), str(`${pid}/ns/pid`), openHow(O.RDONLY | O.CLOEXEC, 0), OPEN_HOW_SIZE],
        {
          into: "namespace.pid",
        },
      ),
    ],
  };
}

function joinNamespaces(input: CompileInput): Step {
  return {
    kind: "namespace",
    from: "/linux/namespaces",
    title: "join the container's namespaces",
    calls: [
      sys("setns", [slot("target.pidfd"), joinFlags(input)]),
      sys("close", [slot("target.pidfd")]),
      // SAFETY: in the container's user namespace the ids of the outside mean nothing; its root is who sets up.
      ...(userNamespaceOf(input.spec) === "none" ? [] : becomeRootCalls()),
      sys("openat2", [AT_FDCWD, str("/"), openHow(O.PATH | O.CLOEXEC, 0), OPEN_HOW_SIZE], {
        into: "rootfs.fd",
      }),
    ],
  };
}

/**
 * Compiles the plan of `exec`: spawn in the container's pid namespace and cgroup, join the other namespaces, then
 * the same process set-up as create's, and execve. Throws SPEC_UNSUPPORTED like create.
 */
export function compileExec({ input, pid, cgroup }: ExecInput): CompiledExec {
  const process = compileProcess(input, ["sync.fd"]);
  const opens = compileOpens(input);
  const ownPid = hasNamespace(input.spec, "pid");
  const imports: Slot[] = [
    ...opens.imports.filter((name) => name !== "gate.fd" && name !== "rootfs.tree"),
    "target.pidfd",
  ];
  const host: Step[] = [
    ...opens.steps,
    ...(ownPid ? [openPidNamespace(pid)] : []),
    ...cgroup.born,
    compileProgram(),
    compileSpawn({
      id: input.id,
      flags: 0,
      newUserNamespace: false,
      joinPid: ownPid,
      intoCgroup: cgroup.into,
      imports,
      preserveFds: input.options.preserveFds,
    }),
    ...cgroup.open,
    // KERNEL: execve puts back the stack limit that it began with; init's first word says that it is past that.
    hostSync("joined", "await"),
    ...process.host,
    hostSync("joined", "release"),
    ...cgroup.handOver,
  ];
  const init: Step[] = [
    ...compileInitSetup(input),
    initSync("joined", "meet"),
    ...cgroup.init,
    joinNamespaces(input),
    ...compileExecTerminal(input),
    ...process.init,
    compileLetParentGo(),
    ...process.seccomp,
    ...process.execute,
  ];
  return { plan: { version: 1, host, init, imports }, warnings: process.warnings };
}
