import { archFlags, O, openAt2 } from "../plan/build.ts";
import { remembered, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { MOUNT_ATTR } from "../tables/mount-options.ts";
import type { CompileInput } from "./input.ts";
import { attachMount, cloneMount, closeAll, setMount } from "./mount-calls.ts";
import { isReadonlyLate } from "./mount-filesystem.ts";
import { destinationOf } from "./mount-target.ts";
import { IN_ROOT, inRoot } from "./paths.ts";

function readonlyStep(path: string): StepBody {
  return {
    kind: "readonly",
    title: `make ${path} read-only`,
    calls: [
      openAt2("rootfs.fd", inRoot(path), O.PATH, IN_ROOT, {
        into: "readonly.target",
        tolerate: [
          { errno: "ENOENT", why: "there is nothing to protect", to: "done" },
          { errno: "ENOTDIR", why: "there is nothing to protect", to: "done" },
        ],
      }),
      cloneMount("readonly.target", "readonly.clone", true),
      setMount("readonly.clone", { set: MOUNT_ATTR.RDONLY }),
      attachMount("readonly.clone", "readonly.target"),
      ...closeAll("readonly.clone", "readonly.target"),
      { op: "label", name: "done" },
    ],
  };
}

/** Filesystems that the container may only read and in which its own files had to be made first. */
function lateMounts(input: CompileInput): Step[] {
  const { DIRECTORY } = archFlags(input.facts.arch);
  return (input.spec.mounts ?? []).flatMap((mount, i): Step[] => {
    const pointer = `/mounts/${i}`;
    if (!isReadonlyLate(mount, pointer)) return [];
    const path = destinationOf(mount);
    return [
      {
        kind: "readonly",
        from: `${pointer}/options`,
        title: `make ${path} read-only now that it is filled`,
        calls: [
          openAt2("rootfs.fd", inRoot(path), O.PATH | DIRECTORY, IN_ROOT, { into: "readonly.target" }),
          setMount("readonly.target", { set: MOUNT_ATTR.RDONLY }),
          ...closeAll("readonly.target"),
        ],
      },
    ];
  });
}

/**
 * Init steps: mounts and paths that the container may only read, and its whole root with root.readonly.
 * SPEC(config-linux#readonly-paths, config#root)
 */
export function compileReadonlyPaths(input: CompileInput): Step[] {
  const paths = input.spec.linux?.readonlyPaths ?? [];
  const steps = [
    ...lateMounts(input),
    ...paths.flatMap((path, i) =>
      paths.indexOf(path) === i
        ? [remembered(`/linux/readonlyPaths/${i}`, "readonly", readonlyStep, path)]
        : [],
    ),
  ];
  if (input.spec.root?.readonly === true) {
    steps.push({
      kind: "readonly",
      from: "/root/readonly",
      title: "make the root filesystem read-only",
      calls: [setMount("rootfs.fd", { set: MOUNT_ATTR.RDONLY })],
    });
  }
  return steps;
}
