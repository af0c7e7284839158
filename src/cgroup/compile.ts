import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import type { Step } from "../plan/step.ts";
import type { Spec } from "../spec/types.ts";
import { placeOf } from "./cgroup-file.ts";
import { allowsEverything, deviceRules } from "./device-rules.ts";
import { v1DeviceStep, v2DeviceStep } from "./device-steps.ts";
import { createDirectory, refuseUsed } from "./hierarchy-steps.ts";
import { type CgroupJoin, joinCgroups, NO_JOIN } from "./join-steps.ts";
import { limitStep } from "./limit-steps.ts";
import { type CgroupWarning, RESOURCES, type Resources } from "./limits.ts";
import { cgroupDirectories } from "./paths.ts";
import { placeLimits } from "./place-limits.ts";
import { type CgroupRecord, directoryOf, unifiedDirectory } from "./record.ts";

/** What the cgroups are compiled from; a part of CompileInput. */
export interface CgroupInput {
  spec: Spec;
  id: string;
  facts: HostFacts;
  options: { systemdCgroup: boolean };
}

/** The cgroup part of a plan. */
export interface CompiledCgroup {
  /**
   * Opens the hierarchies, changes nothing, refuses cgroups in use. It belongs before `record` is journaled, or else
   * undoing the refused creation would end the processes that were found.
   */
  check: readonly Step[];
  /** Makes the directory that init is born in; on pure v2 it gets its limits, too. */
  birthplace: readonly Step[];
  /** Makes the others and sets the limits, all before init joins. */
  host: readonly Step[];
  join: CgroupJoin;
  /** What to journal before `host`, and to keep in the state file. */
  record: CgroupRecord;
  warnings: readonly CgroupWarning[];
}

const NOTHING: CompiledCgroup = {
  check: [],
  birthplace: [],
  host: [],
  join: NO_JOIN,
  record: { mode: "none", directories: [] },
  warnings: [],
};

/** Devices are left to the user namespace for callers who may not restrict them. */
function isRootless(facts: HostFacts): boolean {
  return facts.euid !== 0 || facts.inUserNamespace;
}

/** True when linux.resources asks for anything but device rules. */
function hasLimits(resources: Resources): boolean {
  return Object.entries(resources).some(([key, value]) => {
    if (key === "devices" || value === undefined || value === null) return false;
    return typeof value !== "object" || Object.keys(value).length > 0;
  });
}

/** Whether the container gets cgroups at all; throws when it has to and this host has none. */
function needsCgroups(input: CgroupInput, resources: Resources): boolean {
  const asked = (input.spec.linux?.cgroupsPath ?? "") !== "";
  const wanted = asked || hasLimits(resources);
  // Without rights, a path or limits, the container stays where its caller is, as it would with other runtimes.
  if (!wanted && isRootless(input.facts)) return false;
  if (input.facts.cgroup.mode !== "none") return true;
  if (!wanted) return false;
  throw new RuntError({
    code: "HOST_UNSUPPORTED",
    message: "no cgroup filesystem is mounted, but the config asks for a cgroup",
    phase: "cgroup",
    pointer: asked ? "/linux/cgroupsPath" : RESOURCES,
    hint: "mount cgroup2 on /sys/fs/cgroup, or leave linux.cgroupsPath and linux.resources out",
  });
}

function deviceSteps(input: CgroupInput, resources: Resources, record: CgroupRecord): Step[] {
  if (isRootless(input.facts)) return [];
  const rules = deviceRules(resources.devices);
  const from = resources.devices === undefined ? "runt:default-devices" : `${RESOURCES}/devices`;
  const directory = directoryOf(record.directories, "devices") ?? unifiedDirectory(record.directories);
  if (directory === undefined) {
    if (allowsEverything(rules) || resources.devices === undefined) return [];
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message:
        "linux.resources.devices: neither the devices controller of cgroup v1 nor cgroup v2 is mounted",
      phase: "cgroup",
      pointer: `${RESOURCES}/devices`,
    });
  }
  const place = placeOf(record.directories, record.directories.indexOf(directory));
  if (directory.version === 1) return [v1DeviceStep(rules, place, from)];
  // A new v2 cgroup forbids nothing, so there is nothing to attach.
  return allowsEverything(rules) ? [] : [v2DeviceStep(rules, place, input.facts.arch, from)];
}

/**
 * Compiles linux.cgroupsPath and linux.resources. Throws SPEC_INVALID for values without meaning, HOST_UNSUPPORTED for
 * what this host's cgroups cannot do, SPEC_UNSUPPORTED for the systemd driver.
 */
export function compileCgroup(input: CgroupInput): CompiledCgroup {
  if (input.options.systemdCgroup) {
    throw new RuntError({
      code: "SPEC_UNSUPPORTED",
      message: "--systemd-cgroup: runt does not drive systemd yet",
      phase: "cgroup",
      hint: "use the cgroupfs driver: leave --systemd-cgroup out and give linux.cgroupsPath as a path",
    });
  }
  const { spec, facts } = input;
  const resources = spec.linux?.resources ?? {};
  if (!needsCgroups(input, resources)) return NOTHING;
  const path = spec.linux?.cgroupsPath ?? "";
  const from = path === "" ? "runt:cgroup-path" : "/linux/cgroupsPath";
  const directories = cgroupDirectories(path, input.id, facts.cgroup);
  const record: CgroupRecord = { mode: facts.cgroup.mode, directories };
  const { limits, warnings } = placeLimits(resources, record);
  const created = (version: 1 | 2): Step[] =>
    directories.flatMap((one, i) => (one.version === version ? [createDirectory(directories, i, from)] : []));
  const limited = [
    ...limits.map(({ write, directory }, i) => limitStep(write, placeOf(directories, directory), i)),
    ...deviceSteps(input, resources, record),
  ];
  // Limits of a hybrid host are all set beside init, since most of them are v1.
  const isPure = record.mode === "v2";
  return {
    check: refuseUsed(directories, facts.arch, from),
    birthplace: [...created(2), ...(isPure ? limited : [])],
    host: [...created(1), ...(isPure ? [] : limited)],
    join: joinCgroups(directories, facts.arch, from),
    record,
    warnings,
  };
}
