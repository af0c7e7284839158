/** Checks of the mounts. SPEC(config#mounts) */
import { MOUNT_OPTIONS, type MountOption } from "../../tables/mount-options.ts";
import { error, type Finding, shown, warning } from "../finding.ts";
import type { Mount, Spec } from "../types.ts";
import { cleaned } from "./paths.ts";

/** CVE-2019-19921: what may be mounted below /proc without hiding what the runtime itself writes there. */
const BELOW_PROC: readonly string[] = [
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/slabinfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/uptime",
  "/proc/sys/crypto/fips_enabled",
  "/proc/sys/kernel/ns_last_pid",
];

/** Runs `check` on every mount, with its pointer. */
function each(spec: Spec, check: (mount: Mount, at: string) => Finding[]): Finding[] {
  return (spec.mounts ?? []).flatMap((mount, i) => check(mount, `/mounts/${i}`));
}

/** The table's entry of an option word; undefined for an option of the filesystem. */
function known(word: string): MountOption | undefined {
  return Object.hasOwn(MOUNT_OPTIONS, word) ? MOUNT_OPTIONS[word] : undefined;
}

function hasKind(mount: Mount, ...kinds: MountOption["kind"][]): boolean {
  for (const word of mount.options ?? []) {
    const option = known(word);
    if (option !== undefined && kinds.includes(option.kind)) return true;
  }
  return false;
}

/** SPEC(config#mounts): the options make it a bind mount, whatever the type; managers also write only the type. */
function isBind(mount: Mount): boolean {
  return mount.type === "bind" || hasKind(mount, "bind");
}

/** A relative destination is deprecated, and taken relative to "/". */
export function destinationsAreAbsolute(spec: Spec): Finding[] {
  return each(spec, ({ destination }, at) => {
    if (destination.startsWith("/")) return [];
    const pointer = `${at}/destination`;
    if (destination === "")
      return [error(pointer, "the destination is empty", "name a path in the container")];
    const reason = `${shown(destination)} is a relative path, which is deprecated; it is taken from /`;
    return [warning(pointer, reason, `write ${shown(`/${destination}`)}`)];
  });
}

export function bindMountsHaveSources(spec: Spec): Finding[] {
  return each(spec, (mount, at) => {
    if (!isBind(mount) || hasKind(mount, "remount") || (mount.source ?? "") !== "") return [];
    const reason = `the bind mount on ${shown(mount.destination)} has no source`;
    return [error(`${at}/source`, reason, "name the file or directory to bind")];
  });
}

/** A bind mount shows a filesystem that has its options already. */
export function bindMountsHaveNoData(spec: Spec): Finding[] {
  return each(spec, (mount, at) => {
    if (!isBind(mount)) return [];
    return (mount.options ?? []).flatMap((word, i) => {
      if (word === "" || known(word) !== undefined) return [];
      const reason = `bind mounts cannot have any filesystem-specific options applied, but ${shown(word)} is one`;
      return [error(`${at}/options/${i}`, reason, "remove the option, or correct its spelling")];
    });
  });
}

/** mount(2) has to know what to mount, unless an existing mount is changed. */
export function mountsHaveTypes(spec: Spec): Finding[] {
  return each(spec, (mount, at) => {
    if (isBind(mount) || hasKind(mount, "remount", "propagation") || (mount.type ?? "") !== "") return [];
    const reason = `the mount on ${shown(mount.destination)} has no type and is no bind mount`;
    return [error(`${at}/type`, reason, 'add a type such as "tmpfs", or the option "bind" or "rbind"')];
  });
}

/** CVE-2019-16884, CVE-2019-19921: labels and limits must reach the kernel, not a file of the image. */
export function procIsProcfs(spec: Spec): Finding[] {
  return each(spec, (mount, at) => {
    const destination = cleaned(mount.destination);
    const pointer = `${at}/destination`;
    if (destination === "/proc") {
      const bindsProc = isBind(mount) && cleaned(mount.source ?? "") === "/proc";
      if (isBind(mount) ? bindsProc : mount.type === "proc") return [];
      const reason = `"/proc" cannot be mounted because it is not of type proc`;
      return [error(pointer, reason, 'mount a filesystem of type "proc" there')];
    }
    if (!destination.startsWith("/proc/") || BELOW_PROC.includes(destination)) return [];
    const reason = `${shown(mount.destination)} cannot be mounted because it is inside /proc`;
    return [error(pointer, reason, `mount it elsewhere; only ${BELOW_PROC.join(", ")} may be mounted there`)];
  });
}

export function mountMappingsArePaired(spec: Spec): Finding[] {
  return each(spec, ({ uidMappings = [], gidMappings = [] }, at) => {
    if (uidMappings.length > 0 === gidMappings.length > 0) return [];
    const [given, absent] =
      uidMappings.length > 0 ? ["uidMappings", "gidMappings"] : ["gidMappings", "uidMappings"];
    const reason = `${given} is given without ${absent}`;
    return [error(`${at}/${absent}`, reason, `add ${absent}, or remove ${given}`)];
  });
}

/** An id-mapped mount takes its mappings from its own fields or from the container's user namespace. */
export function idMappedMountsHaveMappings(spec: Spec): Finding[] {
  const hasUserNamespace = (spec.linux?.namespaces ?? []).some(({ type }) => type === "user");
  return each(spec, (mount, at) => {
    if (hasUserNamespace || (mount.uidMappings ?? []).length > 0) return [];
    return (mount.options ?? []).flatMap((word, i) => {
      if (known(word)?.kind !== "idmap") return [];
      const reason = `${word} has no mappings: the mount has none and there is no user namespace`;
      return [error(`${at}/options/${i}`, reason, "add uidMappings and gidMappings to the mount")];
    });
  });
}

/** KERNEL: most filesystems cannot be id-mapped while they are made; a bind mount can. */
export function idMappedMountsAreBinds(spec: Spec): Finding[] {
  return each(spec, (mount, at) => {
    const mapped = (mount.uidMappings ?? []).length > 0 || hasKind(mount, "idmap");
    if (!mapped || isBind(mount)) return [];
    const finding = error(
      `${at}/options`,
      `id-mapped mounts are only supported for bind-mounts, and ${shown(mount.destination)} is none`,
      'add the option "bind", or remove the mapping',
    );
    return [{ ...finding, code: "SPEC_UNSUPPORTED" }];
  });
}
