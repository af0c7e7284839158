import type { Call } from "../plan/call.ts";
import type { Step } from "../plan/step.ts";
import { userNamespaceOf } from "./input.ts";
import { attachMount, cloneHostMount, closeAll, makeFilesystem, setMount } from "./mount-calls.ts";
import {
  attributeCalls,
  mountTitle,
  type OneMount,
  openDirectoryTarget,
  propagationCalls,
  SLAVE,
} from "./mount-target.ts";

/** KERNEL: a user namespace may mount sysfs only where it owns the network namespace. */
function sysfsFallback(one: OneMount): {
  rules: { errno: string; why: string; to: string }[];
  calls: Call[];
} {
  if (one.mount.type !== "sysfs" || userNamespaceOf(one.input.spec) === "none")
    return { rules: [], calls: [] };
  return {
    rules: [{ errno: "EPERM", why: "the user namespace does not own the network namespace", to: "bind" }],
    calls: [
      { op: "goto", to: "made" },
      { op: "label", name: "bind" },
      cloneHostMount("/sys", "mount.fd", true),
      setMount("mount.fd", { propagation: SLAVE, recursive: true }),
      setMount("mount.fd", { set: one.options.set, recursive: true }),
      { op: "label", name: "made" },
    ],
  };
}

/** Init step of a filesystem that is made new: proc, sysfs, tmpfs, devpts, mqueue, overlay… */
export function compileFilesystemMount(one: OneMount): Step[] {
  const { mount, options, pointer } = one;
  const type = mount.type ?? "none";
  const fallback = sysfsFallback(one);
  return [
    {
      kind: "mount",
      from: pointer,
      title: mountTitle(one, type),
      calls: [
        ...makeFilesystem(
          { type, source: mount.source ?? type, data: options.data, attributes: options.set },
          "mount.fd",
          fallback.rules,
        ),
        ...fallback.calls,
        ...attributeCalls({ ...one, options: { ...options, clear: 0 } }, options.set),
        ...openDirectoryTarget(one),
        attachMount("mount.fd", "mount.target"),
        ...propagationCalls(one),
        ...closeAll("mount.fd", "mount.target"),
      ],
    },
  ];
}
