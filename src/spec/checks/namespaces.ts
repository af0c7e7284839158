/** Checks of the namespaces, and of the fields that need one. SPEC(config-linux#namespaces) */
import { utf8Length } from "../../bytes/utf8.ts";
import { error, type Finding, shown } from "../finding.ts";
import { pointerOf } from "../pointer.ts";
import type { Namespace, Spec } from "../types.ts";
import { absolute } from "./paths.ts";

/** True when the container does not share its namespace of this type with the caller. */
export function hasNamespace(spec: Spec, type: Namespace["type"]): boolean {
  return namespaceOf(spec, type) !== undefined;
}

/** The entry of a type. */
export function namespaceOf(spec: Spec, type: Namespace["type"]): Namespace | undefined {
  return spec.linux?.namespaces?.find((namespace) => namespace.type === type);
}

/** The cure for a field that needs a namespace. */
function addNamespace(type: string): string {
  return `add {"type": "${type}"} to linux.namespaces, or remove the field`;
}

export function namespacesAreOnce(spec: Spec): Finding[] {
  const seen = new Set<string>();
  return (spec.linux?.namespaces ?? []).flatMap(({ type }, i) => {
    const pointer = `/linux/namespaces/${i}/type`;
    if (seen.has(type))
      return [error(pointer, `the namespace "${type}" is listed twice`, "remove one of them")];
    seen.add(type);
    return [];
  });
}

export function namespacePathsAreAbsolute(spec: Spec): Finding[] {
  return (spec.linux?.namespaces ?? []).flatMap(({ path = "" }, i) =>
    path === "" ? [] : absolute(`/linux/namespaces/${i}/path`, path),
  );
}

/** Without a UTS namespace of its own, the container would rename the host. */
export function namesHaveUtsNamespace(spec: Spec): Finding[] {
  if (hasNamespace(spec, "uts")) return [];
  const fields = ["hostname", "domainname"] as const;
  return fields
    .filter((field) => (spec[field] ?? "") !== "")
    .map((field) =>
      error(`/${field}`, `unable to set ${field} without a private UTS namespace`, addNamespace("uts")),
    );
}

/** sethostname(2), setdomainname(2): at most 64 bytes. */
export function namesFit(spec: Spec): Finding[] {
  const fields = ["hostname", "domainname"] as const;
  return fields
    .filter((field) => utf8Length(spec[field] ?? "") > 64)
    .map((field) =>
      error(`/${field}`, `${shown(spec[field])} is longer than 64 bytes`, "use a shorter name"),
    );
}

/** time_namespaces(7) */
export function timeOffsetsHaveTimeNamespace(spec: Spec): Finding[] {
  const at = "/linux/timeOffsets";
  const offsets = spec.linux?.timeOffsets ?? {};
  const clocks = (["monotonic", "boottime"] as const).filter((clock) => offsets[clock] !== undefined);
  if (clocks.length === 0) return [];
  const namespace = namespaceOf(spec, "time");
  if (namespace === undefined) {
    return [error(at, "clocks cannot be offset without a private time namespace", addNamespace("time"))];
  }
  if ((namespace.path ?? "") !== "") {
    const reason = "the clocks of a time namespace that is joined cannot be offset";
    return [error(at, reason, "remove timeOffsets, or the path of the time namespace")];
  }
  return clocks.flatMap((clock) => {
    const nanosecs = offsets[clock]?.nanosecs ?? 0;
    if (nanosecs < 1_000_000_000) return [];
    return [
      error(`${at}/${clock}/nanosecs`, `${nanosecs} is a second or more`, "move whole seconds to secs"),
    ];
  });
}

/** SPEC(config-linux#network-devices) */
export function netDevicesHaveNetworkNamespace(spec: Spec): Finding[] {
  const devices = Object.entries(spec.linux?.netDevices ?? {});
  if (devices.length === 0) return [];
  if (!hasNamespace(spec, "network")) {
    const reason = "network devices cannot be moved without a private network namespace";
    return [error("/linux/netDevices", reason, addNamespace("network"))];
  }
  return devices.flatMap(([device, { name = "" }]) => {
    const pointer = pointerOf(["linux", "netDevices", device]);
    return [
      ...interfaceName(pointer, device),
      ...(name === "" ? [] : interfaceName(`${pointer}/name`, name)),
    ];
  });
}

/** KERNEL: dev_valid_name; IFNAMSIZ counts bytes. */
function interfaceName(pointer: string, name: string): Finding[] {
  const fits = name !== "" && utf8Length(name) <= 15;
  if (fits && name !== "." && name !== ".." && !/[/:\s]/.test(name)) return [];
  const hint = "use 1 to 15 characters without slash, colon and blanks";
  return [error(pointer, `${shown(name)} is no name for a network device`, hint)];
}
