/** Checks of id mappings and of the ids that have to be mapped. SPEC(config-linux#user-namespace-mappings) */
import { error, type Finding } from "../finding.ts";
import type { IdMapping, Mount, Spec } from "../types.ts";
import { namespaceOf } from "./namespaces.ts";

const KINDS = ["uidMappings", "gidMappings"] as const;
/** KERNEL(4.15): UID_GID_MAP_MAX_EXTENTS. */
const MOST_LINES = 340;
/** The last id stands for "none". */
const IDS = 4294967295;

/** Every list of mappings in the config, with its pointer. */
function lists(spec: Spec): [string, readonly IdMapping[]][] {
  const found: [string, readonly IdMapping[]][] = [];
  const add = (at: string, place: Pick<Mount, (typeof KINDS)[number]>): void => {
    for (const kind of KINDS) if (place[kind] !== undefined) found.push([`${at}/${kind}`, place[kind]]);
  };
  add("/linux", spec.linux ?? {});
  (spec.mounts ?? []).forEach((mount, i) => {
    add(`/mounts/${i}`, mount);
  });
  return found;
}

export function mappingsHaveUserNamespace(spec: Spec): Finding[] {
  if (namespaceOf(spec, "user") !== undefined) return [];
  return KINDS.filter((kind) => (spec.linux?.[kind] ?? []).length > 0).map((kind) => {
    const reason = "user namespace mappings specified, but no user namespace is enabled";
    return error(
      `/linux/${kind}`,
      reason,
      'add {"type": "user"} to linux.namespaces, or remove the mappings',
    );
  });
}

export function userNamespaceHasMappings(spec: Spec): Finding[] {
  const namespace = namespaceOf(spec, "user");
  if (namespace === undefined || (namespace.path ?? "") !== "") return [];
  const absent = KINDS.filter((kind) => (spec.linux?.[kind] ?? []).length === 0);
  if (absent.length === KINDS.length) {
    const reason = "user namespaces enabled, but no namespace path to join nor mappings to apply specified";
    return [error("/linux/uidMappings", reason, "add linux.uidMappings and linux.gidMappings")];
  }
  return absent.map((kind) =>
    error(`/linux/${kind}`, "the new user namespace has no such mappings", `add linux.${kind}`),
  );
}

/** user_namespaces(7): writing such a map fails with EINVAL. */
export function mappingsAreSound(spec: Spec): Finding[] {
  return lists(spec).flatMap(([at, mappings]) => {
    if (mappings.length > MOST_LINES) {
      return [
        error(at, `${mappings.length} mappings are more than the kernel takes`, `use up to ${MOST_LINES}`),
      ];
    }
    return [...mappings.flatMap((mapping, i) => range(`${at}/${i}`, mapping)), ...overlaps(at, mappings)];
  });
}

function range(at: string, { containerID, hostID, size }: IdMapping): Finding[] {
  if (size === 0) return [error(`${at}/size`, "the mapping is empty", "use a size of 1 or more")];
  if (Math.max(containerID, hostID) + size <= IDS) return [];
  return [error(`${at}/size`, `${size} ids reach beyond the last id, ${IDS - 1}`, "use a smaller size")];
}

function overlaps(at: string, mappings: readonly IdMapping[]): Finding[] {
  const findings: Finding[] = [];
  for (const side of ["containerID", "hostID"] as const) {
    const ranges = mappings
      .map((mapping, i) => ({ i, from: mapping[side], to: mapping[side] + mapping.size }))
      // range() tells about one that is empty; it overlaps none.
      .filter(({ from, to }) => from < to)
      .sort((a, b) => a.from - b.from);
    let furthest = ranges[0];
    for (const one of ranges.slice(1)) {
      if (furthest !== undefined && one.from < furthest.to) {
        const reason = `the ids from ${one.from} on overlap those of mapping ${furthest.i}`;
        findings.push(error(`${at}/${one.i}/${side}`, reason, "make the ranges disjoint"));
      }
      if (furthest === undefined || one.to > furthest.to) furthest = one;
    }
  }
  return findings;
}

/** setresuid(2): an id without a mapping is EINVAL. */
export function processIdsAreMapped(spec: Spec): Finding[] {
  const namespace = namespaceOf(spec, "user");
  const user = spec.process?.user;
  if (namespace === undefined || (namespace.path ?? "") !== "" || user === undefined) return [];
  const unmapped = (pointer: string, id: number, kind: (typeof KINDS)[number]): Finding[] => {
    const mappings = spec.linux?.[kind] ?? [];
    const isMapped = mappings.some((one) => id >= one.containerID && id < one.containerID + one.size);
    if (isMapped || mappings.length === 0) return [];
    return [error(pointer, `${id} is not mapped by linux.${kind}`, `map it, or use a mapped id`)];
  };
  return [
    ...unmapped("/process/user/uid", user.uid, "uidMappings"),
    ...unmapped("/process/user/gid", user.gid, "gidMappings"),
    ...(user.additionalGids ?? []).flatMap((gid, i) =>
      unmapped(`/process/user/additionalGids/${i}`, gid, "gidMappings"),
    ),
  ];
}
