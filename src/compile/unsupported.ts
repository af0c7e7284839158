import { RuntError } from "../error/runt-error.ts";
import type { Spec } from "../spec/types.ts";

/** Fields that are valid but not carried out yet: how to read one, and what a user can do meanwhile. */
const FIELDS: readonly { pointer: string; read: (spec: Spec) => unknown; hint: string }[] = [
  {
    pointer: "/linux/seccomp/listenerPath",
    read: (spec) => spec.linux?.seccomp?.listenerPath,
    hint: "remove it: runt does not hand system calls to an agent yet",
  },
  { pointer: "/process/apparmorProfile", read: (spec) => spec.process?.apparmorProfile, hint: "remove it" },
  { pointer: "/process/selinuxLabel", read: (spec) => spec.process?.selinuxLabel, hint: "remove it" },
  { pointer: "/process/scheduler", read: (spec) => spec.process?.scheduler, hint: "remove it" },
  { pointer: "/process/ioPriority", read: (spec) => spec.process?.ioPriority, hint: "remove it" },
  { pointer: "/process/execCPUAffinity", read: (spec) => spec.process?.execCPUAffinity, hint: "remove it" },
  { pointer: "/linux/intelRdt", read: (spec) => spec.linux?.intelRdt, hint: "remove it" },
  { pointer: "/linux/memoryPolicy", read: (spec) => spec.linux?.memoryPolicy, hint: "remove it" },
  {
    pointer: "/linux/netDevices",
    read: (spec) => spec.linux?.netDevices,
    hint: "move the devices with ip link set netns",
  },
  {
    pointer: "/linux/personality",
    read: (spec) => spec.linux?.personality,
    hint: "remove it, or use setarch",
  },
  { pointer: "/linux/mountLabel", read: (spec) => spec.linux?.mountLabel, hint: "remove it" },
];

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Throws SPEC_UNSUPPORTED for the first field that the config sets and runt does not carry out yet. */
export function refuseUnsupported(spec: Spec): void {
  const field = FIELDS.find((one) => isSet(one.read(spec)));
  if (field === undefined) return;
  throw new RuntError({
    code: "SPEC_UNSUPPORTED",
    message: `${field.pointer.slice(1).replace(/\//g, ".")} is not carried out by runt yet`,
    pointer: field.pointer,
    hint: field.hint,
  });
}
