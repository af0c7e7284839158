import { type CgroupMountPlan, cgroupMountPlan, type V1CgroupMount } from "../cgroup/mount.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import { RuntError } from "../error/runt-error.ts";
import type { HostFacts } from "../host/facts.ts";
import { archFlags, O, openAt2, RESOLVE, slot, str, sys } from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { patterned, remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import type { Mount } from "../spec/types.ts";
import { MOUNT_ATTR } from "../tables/mount-options.ts";
import { hasNamespace } from "./input.ts";
import {
  attachMount,
  cloneHostMount,
  closeAll,
  closeRefused,
  makeFilesystem,
  setMount,
} from "./mount-calls.ts";
import {
  attributeCalls,
  destinationOf,
  mountTitle,
  type OneMount,
  openDirectoryTarget,
  propagationCalls,
  SLAVE,
} from "./mount-target.ts";

const ONE_NAME = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS;

/** cgroup2, or a bind mount of the host's where the kernel refuses another one. CVE-2023-25809: as read-only as asked. */
function v2Step(one: OneMount, plan: CgroupMountPlan & { kind: "v2" }): Step {
  const refused = [
    { errno: "EPERM", why: "this user namespace may not mount cgroup2", to: "bind" },
    { errno: "EBUSY", why: "the cgroup namespace is not the container's", to: "bind" },
  ];
  const path = plan.bind.path === "" ? plan.bind.mount : `${plan.bind.mount}/${plan.bind.path}`;
  return {
    kind: "mount",
    from: one.pointer,
    title: mountTitle(one.mount, "cgroup2"),
    calls: [
      ...makeFilesystem(
        { type: "cgroup2", source: "cgroup", data: one.options.data, attributes: one.options.set },
        "mount.fd",
        refused,
      ),
      { op: "goto", to: "made" },
      { op: "label", name: "bind" },
      closeRefused(),
      cloneHostMount(path, "mount.fd", false),
      setMount("mount.fd", { set: one.options.set, propagation: SLAVE }),
      { op: "label", name: "made" },
      ...openDirectoryTarget(one.input.facts.arch, one.mount),
      attachMount("mount.fd", "mount.target"),
      ...propagationCalls(one.options),
      ...closeAll("mount.fd", "mount.target"),
    ],
  };
}

/** The tmpfs that holds the directories of the v1 hierarchies; it stays open in slot "mount.cgroups". */
function v1Tmpfs(one: OneMount): Step {
  const attributes = one.options.set & ~MOUNT_ATTR.RDONLY;
  return remembered(one.pointer, "cgroups", v1TmpfsStep, one.mount, attributes, one.input.facts.arch);
}

function v1TmpfsStep(mount: Mount, attributes: number, arch: HostFacts["arch"]): StepBody {
  return {
    kind: "mount",
    title: mountTitle(mount, "the directories of the cgroup hierarchies"),
    calls: [
      ...makeFilesystem({ type: "tmpfs", source: "tmpfs", data: ["mode=755"], attributes }, "mount.cgroups"),
      ...openDirectoryTarget(arch, mount),
      attachMount("mount.cgroups", "mount.target"),
      ...closeAll("mount.target"),
    ],
  };
}

function v1Hierarchy(one: OneMount, { name, bind, data }: V1CgroupMount): Step {
  const path = `${destinationOf(one.mount)}/${name}`;
  const source = bind === undefined ? [] : [bind.path === "" ? bind.mount : `${bind.mount}/${bind.path}`];
  const { arch } = one.input.facts;
  return patterned(
    one.pointer,
    "hierarchy",
    [path, name, ...source],
    v1HierarchyStep,
    arch,
    one.options.set,
    data,
  );
}

function v1HierarchyStep(
  arch: HostFacts["arch"],
  attributes: number,
  data: string | undefined,
  texts: readonly string[],
): StepBody {
  const [path, name, source] = texts as [string, string, string | undefined];
  const opened: Call[] =
    source === undefined
      ? makeFilesystem(
          { type: "cgroup", source: "cgroup", data: data?.split(",") ?? [], attributes },
          "mount.fd",
        )
      : [
          cloneHostMount(source, "mount.fd", false),
          setMount("mount.fd", { set: attributes, propagation: SLAVE }),
        ];
  return {
    kind: "mount",
    title: `mount the cgroup hierarchy ${name} on ${path}`,
    calls: [
      sys("mkdirat", [slot("mount.cgroups"), str(name), 0o755], {
        tolerate: [{ errno: "EEXIST", why: "two hierarchies share the name" }],
      }),
      openAt2("mount.cgroups", name, O.PATH | archFlags(arch).DIRECTORY, ONE_NAME, { into: "mount.target" }),
      ...opened,
      attachMount("mount.fd", "mount.target"),
      ...closeAll("mount.fd", "mount.target"),
    ],
  };
}

/** Links for controllers that share a hierarchy; then the tmpfs becomes as read-only as the config asks for. */
function v1Finish(one: OneMount, links: readonly { name: string; target: string }[]): Step {
  return {
    kind: "mount",
    from: one.pointer,
    title: `finish the cgroup hierarchies on ${destinationOf(one.mount)}`,
    calls: [
      ...links.map(({ name, target }) =>
        sys("symlinkat", [str(target), slot("mount.cgroups"), str(name)], {
          tolerate: [{ errno: "EEXIST", why: "a hierarchy has the name already" }],
        }),
      ),
      { op: "set", slot: "mount.fd", value: slot("mount.cgroups") },
      ...attributeCalls({ ...one.options, clear: 0 }, 0),
      ...propagationCalls(one.options),
      ...closeAll("mount.cgroups"),
    ],
  };
}

/** Init steps of a mount of type "cgroup": what the container sees depends on the host's hierarchies. */
export function compileCgroupMount(one: OneMount, record: CgroupRecord): Step[] {
  const plan = cgroupMountPlan(one.input.facts, record, hasNamespace(one.input.spec, "cgroup"));
  if (plan.kind === "v2") return [v2Step(one, plan)];
  if (plan.kind === "none") {
    throw new RuntError({
      code: "HOST_UNSUPPORTED",
      message: `mounts[${one.index}]: this host has no cgroup filesystem to mount on ${destinationOf(one.mount)}`,
      pointer: one.pointer,
      hint: "mount one at /sys/fs/cgroup of the host, or remove the mount",
    });
  }
  return [
    v1Tmpfs(one),
    ...plan.mounts.map((hierarchy) => v1Hierarchy(one, hierarchy)),
    v1Finish(one, plan.links),
  ];
}
