import { compileCgroup } from "../cgroup/compile.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import type { Slot } from "../plan/call.ts";
import type { Plan, Step } from "../plan/step.ts";
import { compileDevLinks } from "./dev-links.ts";
import { compileDevices } from "./devices.ts";
import { compileGate, compileGateSocket } from "./gate.ts";
import { compileContainerHooks, compileHostHooks } from "./hooks.ts";
import { compileHostname } from "./hostname.ts";
import { type CompileInput, hasContainerHooks, userNamespaceOf } from "./input.ts";
import { compileMaskedPaths } from "./masked-paths.ts";
import { compileMounts } from "./mounts.ts";
import {
  cloneFlags,
  compileCgroupNamespace,
  compileIdMaps,
  compileNamespaceJoins,
  compileNamespaceOpens,
  joinsPidNamespace,
  namespaceImports,
} from "./namespaces.ts";
import { compileOpens } from "./opens.ts";
import { compilePivot } from "./pivot.ts";
import { compileMakeCwd } from "./process/cwd.ts";
import { compileProcess } from "./process/process.ts";
import { compileReadonlyPaths } from "./readonly-paths.ts";
import { compileRecords } from "./records.ts";
import { compileRootfs } from "./rootfs.ts";
import { compileInitSetup, compileLetParentGo } from "./setup.ts";
import { compileProgram, compileSpawn } from "./spawn.ts";
import { hostSync, initSync } from "./sync.ts";
import { compileSysctl } from "./sysctl.ts";
import { compileTerminal } from "./terminal.ts";

/** A compiled create. */
export interface CompiledCreate {
  plan: Plan;
  /** What the config asks for and is left out on purpose, for the log. */
  warnings: readonly string[];
  /** The cgroup directories that the plan makes, for the state file. */
  cgroup: CgroupRecord;
}

/**
 * Compiles a config into the plan of `create`: the phases, in order. Pure: the same input gives the same plan.
 * Throws SPEC_UNSUPPORTED or HOST_UNSUPPORTED for what cannot be carried out, before anything has happened.
 */
export function compileCreate(input: CompileInput): CompiledCreate {
  const cgroup = compileCgroup(input);
  const rootfs = compileRootfs(input);
  const mounts = compileMounts(input, cgroup.record);
  const hooks = hasContainerHooks(input.spec) ? ["hook.state", "hook.output"] : [];
  const process = compileProcess(input, ["sync.fd", "gate.fd", ...hooks]);
  const records = compileRecords(input);
  const opens = compileOpens(input);
  const newUserNamespace = userNamespaceOf(input.spec) === "new";
  const imports: Slot[] = [...opens.imports, ...namespaceImports(input), ...mounts.imports];
  const hostHooks = [
    ...compileHostHooks(input.spec, "prestart"),
    ...compileHostHooks(input.spec, "createRuntime"),
  ];
  const host: Step[] = [
    // Who comes second has to hear that the id is taken, not that the winner's cgroup is in use.
    records.claim,
    ...cgroup.check,
    records.creating,
    ...cgroup.birthplace,
    ...cgroup.join.born,
    ...opens.steps,
    ...compileNamespaceOpens(input),
    ...rootfs.host,
    ...mounts.host,
    compileGateSocket(),
    compileProgram(),
    compileSpawn({
      id: input.id,
      flags: cloneFlags(input),
      newUserNamespace,
      joinPid: joinsPidNamespace(input),
      intoCgroup: cgroup.join.into,
      imports,
      preserveFds: input.options.preserveFds,
    }),
    ...compileIdMaps(input),
    ...(newUserNamespace ? [hostSync("mapped", "release")] : []),
    // Beside init, which makes mounts meanwhile.
    ...cgroup.host,
    ...cgroup.join.open,
    // KERNEL: execve puts back the stack limit that it began with; init's first word says that it is past that.
    hostSync("joined", "await"),
    ...process.host,
    hostSync("joined", "release"),
    ...cgroup.join.handOver,
    ...(hostHooks.length === 0
      ? []
      : [hostSync("mounted", "await"), ...hostHooks, hostSync("mounted", "release")]),
    hostSync("ready", "await"),
    records.created,
    hostSync("ready", "release"),
  ];
  const init: Step[] = [
    ...compileInitSetup(input),
    ...compileNamespaceJoins(input),
    ...compileHostname(input),
    ...rootfs.init,
    ...mounts.early,
    initSync("joined", "meet"),
    ...cgroup.join.init,
    ...compileCgroupNamespace(input),
    ...mounts.late,
    ...compileDevices(input),
    ...compileDevLinks(input),
    ...(hostHooks.length === 0 ? [] : [initSync("mounted", "meet")]),
    ...compileContainerHooks(input, "createContainer"),
    ...compileTerminal(input),
    ...compileSysctl(input),
    ...compileMakeCwd(input),
    ...compileMaskedPaths(input),
    ...compileReadonlyPaths(input),
    ...compilePivot(input),
    ...process.init,
    // From here on the end of the parent shows in the closed socket only.
    compileLetParentGo(),
    initSync("ready", "meet"),
    ...compileGate(),
    ...process.seccomp,
    ...compileContainerHooks(input, "startContainer"),
    ...process.execute,
  ];
  const plan: Plan = { version: 1, host, init, imports };
  return {
    plan,
    warnings: [...cgroup.warnings.map((warning) => warning.message), ...process.warnings],
    cgroup: cgroup.record,
  };
}
