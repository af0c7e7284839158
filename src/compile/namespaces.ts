import { RuntError } from "../error/runt-error.ts";
import {
  AT_FDCWD,
  assert,
  O,
  OPEN_HOW_SIZE,
  openAt2,
  openHow,
  RESOLVE,
  slot,
  str,
  sys,
} from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import type { Namespace } from "../spec/types.ts";
import { NAMESPACES, type NamespaceType } from "../tables/namespaces.ts";
import { type CompileInput, userNamespaceOf } from "./input.ts";

/** ioctl_nsfs(2): the CLONE_NEW* flag of an open namespace. */
const NS_GET_NSTYPE = 0xb703;

/** Position of a namespace in linux.namespaces and what to do with it. */
interface Entry {
  pointer: string;
  type: NamespaceType;
  flag: number;
  path: string | undefined;
}

function entries(input: CompileInput): Entry[] {
  const list: readonly Namespace[] = input.spec.linux?.namespaces ?? [];
  return list.map((namespace, i) => {
    const type = namespace.type as NamespaceType;
    const path = namespace.path === "" ? undefined : namespace.path;
    return { pointer: `/linux/namespaces/${i}`, type, flag: NAMESPACES[type].flag, path };
  });
}

/** Flags of the namespaces that clone3 makes. The cgroup and time namespaces are unshared later, see below. */
export function cloneFlags(input: CompileInput): number {
  return entries(input)
    .filter((entry) => entry.path === undefined && entry.type !== "cgroup" && entry.type !== "time")
    .reduce((flags, entry) => flags | entry.flag, 0);
}

/** Slots that runt-init inherits for the namespaces that it joins. */
export function namespaceImports(input: CompileInput): string[] {
  return joinedByInit(input).map((entry) => `namespace.${entry.type}`);
}

function joinedByInit(input: CompileInput): Entry[] {
  return entries(input).filter((entry) => entry.path !== undefined && entry.type !== "pid");
}

/** Refuses what this runtime cannot do with namespaces, naming the field. */
function refuse(input: CompileInput, list: readonly Entry[]): void {
  if (!list.some((entry) => entry.type === "mount")) {
    throw new RuntError({
      code: "SPEC_UNSUPPORTED",
      message: "linux.namespaces: there is no mount namespace, and runt does not set up a rootfs in its own",
      pointer: "/linux/namespaces",
      hint: 'add {"type":"mount"}',
    });
  }
  const joinsUser = userNamespaceOf(input.spec) === "join";
  const fresh = list.find((entry) => entry.path === undefined && entry.type === "pid");
  if (joinsUser && fresh !== undefined) {
    throw new RuntError({
      code: "SPEC_UNSUPPORTED",
      message: "linux.namespaces: a new pid namespace inside a joined user namespace is not carried out yet",
      pointer: fresh.pointer,
      hint: "join the pid namespace as well by giving its path, or make the user namespace new",
    });
  }
}

/**
 * Host steps: opens every namespace that is joined by path and verifies its type.
 * SPEC(config-linux#namespaces): a path of another type is an error.
 */
export function compileNamespaceOpens(input: CompileInput): Step[] {
  const list = entries(input);
  refuse(input, list);
  return list
    .filter((entry) => entry.path !== undefined)
    .map((entry) => {
      const fd = `namespace.${entry.type}`;
      const calls: Call[] = [
        sys("openat2", [AT_FDCWD, str(entry.path ?? ""), openHow(O.RDONLY | O.CLOEXEC, 0), OPEN_HOW_SIZE], {
          into: fd,
        }),
        sys("ioctl", [slot(fd), NS_GET_NSTYPE, 0], {
          into: "namespace.kind",
          tolerate: [{ errno: "ENOTTY", why: "not a namespace at all; the check below says so" }],
        }),
        assert({
          slot: "namespace.kind",
          equals: entry.flag,
          errno: "EINVAL",
          why: `${entry.path} is not a ${entry.type} namespace`,
        }),
      ];
      return {
        kind: "namespace",
        from: `${entry.pointer}/path`,
        title: `open the ${entry.type} namespace ${entry.path}`,
        calls,
      };
    });
}

/** The pid namespace to be joined, as the parent sees it: only children enter it. */
export function joinsPidNamespace(input: CompileInput): boolean {
  return entries(input).some((entry) => entry.type === "pid" && entry.path !== undefined);
}

/**
 * Init steps: joins namespaces by path (the user namespace first, since the others may be owned by it), then makes
 * what clone3 could not: everything inside a joined user namespace, and the time namespace (entered at execve, after its
 * offsets are written).
 */
export function compileNamespaceJoins(input: CompileInput): Step[] {
  const steps: Step[] = joinedByInit(input)
    .sort((a, b) => Number(b.type === "user") - Number(a.type === "user"))
    .map((entry) => joinStep(entry));
  const inside = userNamespaceOf(input.spec) === "join" ? entries(input) : [];
  const late = inside.filter(
    ({ path, type }) => path === undefined && type !== "cgroup" && type !== "time" && type !== "user",
  );
  return [...steps, ...late.map(unshareStep), ...compileTimeNamespace(input)];
}

/** Init steps: makes the cgroup namespace, whose root is the cgroup at that moment, so after init is there. */
export function compileCgroupNamespace(input: CompileInput): Step[] {
  return entries(input)
    .filter((entry) => entry.path === undefined && entry.type === "cgroup")
    .map(unshareStep);
}

function unshareStep(entry: Entry): Step {
  return {
    kind: "namespace",
    from: entry.pointer,
    title: `make a ${entry.type} namespace`,
    calls: [sys("unshare", [entry.flag])],
  };
}

function joinStep(entry: Entry): Step {
  const fd = `namespace.${entry.type}`;
  const calls: Call[] = [sys("setns", [slot(fd), entry.flag]), sys("close", [slot(fd)])];
  // SAFETY: in the joined user namespace init becomes its root; the ids of the outside mean nothing there.
  if (entry.type === "user") calls.push(...becomeRootCalls());
  return {
    kind: "namespace",
    from: entry.pointer,
    title: `join the ${entry.type} namespace ${entry.path}`,
    calls,
  };
}

/** Becomes uid 0 and gid 0 of the current user namespace. */
export function becomeRootCalls(): Call[] {
  return [sys("setresgid", [0, 0, 0]), sys("setresuid", [0, 0, 0])];
}

function compileTimeNamespace(input: CompileInput): Step[] {
  const entry = entries(input).find((one) => one.type === "time" && one.path === undefined);
  if (entry === undefined) return [];
  const { major, minor, release } = input.facts.kernel;
  // KERNEL(6.3): execve moves a process into the time namespace of its children; before, only fork did.
  if (major < 6 || (major === 6 && minor < 3)) {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `linux.namespaces: a new time namespace needs Linux 6.3, this is ${release}`,
      pointer: entry.pointer,
      hint: "remove the time namespace, or update the kernel",
    });
  }
  const steps: Step[] = [
    {
      kind: "namespace",
      from: entry.pointer,
      title: "make a time namespace",
      calls: [sys("unshare", [entry.flag])],
    },
  ];
  const { monotonic, boottime } = input.spec.linux?.timeOffsets ?? {};
  for (const [clock, offset] of Object.entries({ monotonic, boottime })) {
    if (offset === undefined) continue;
    const text = `${clock} ${offset.secs ?? 0} ${offset.nanosecs ?? 0}\n`;
    steps.push({
      kind: "namespace",
      from: `/linux/timeOffsets/${clock}`,
      title: `set the ${clock} offset to ${offset.secs ?? 0} s ${offset.nanosecs ?? 0} ns`,
      calls: [
        openAt2(
          "proc.fd",
          "self/timens_offsets",
          O.WRONLY,
          RESOLVE.BENEATH | RESOLVE.NO_MAGICLINKS | RESOLVE.NO_XDEV,
          {
            into: "time.fd",
          },
        ),
        sys("write", [slot("time.fd"), str(text), text.length], { expect: text.length }),
        sys("close", [slot("time.fd")]),
      ],
    });
  }
  return steps;
}

/** Host steps: writes uid_map and gid_map of a new user namespace, which init waits for. */
export function compileIdMaps(input: CompileInput): Step[] {
  if (userNamespaceOf(input.spec) !== "new") return [];
  const { uidMappings, gidMappings } = input.spec.linux ?? {};
  return [
    mapStep("/linux/uidMappings", "uid_map", uidMappings ?? []),
    mapStep("/linux/gidMappings", "gid_map", gidMappings ?? []),
  ];
}

function mapStep(
  from: string,
  file: string,
  mappings: readonly { containerID: number; hostID: number; size: number }[],
): Step {
  const text = mappings.map((map) => `${map.containerID} ${map.hostID} ${map.size}\n`).join("");
  return {
    kind: "map-ids",
    from,
    title: `write ${file}: ${text.trim().replace(/\n/g, ", ")}`,
    calls: [
      sys(
        "openat2",
        [
          slot("proc.fd"),
          { text: [{ slot: "init.pid" }, `/${file}`] },
          openHow(O.WRONLY | O.CLOEXEC, RESOLVE.BENEATH),
          OPEN_HOW_SIZE,
        ],
        { into: "map.fd" },
      ),
      sys("write", [slot("map.fd"), str(text), text.length], { expect: text.length }),
      sys("close", [slot("map.fd")]),
    ],
  };
}
