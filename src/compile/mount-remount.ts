import { RuntError } from "../error/runt-error.ts";
import { O, openAt2, slot } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import { closeAll } from "./mount-calls.ts";
import { attributeCalls, destinationOf, type OneMount, propagationCalls } from "./mount-target.ts";
import { IN_ROOT, inRoot } from "./paths.ts";

/** Init step that changes the attributes of what is mounted on the destination already. */
export function compileRemount(one: OneMount): Step[] {
  const path = destinationOf(one.mount);
  const [data] = one.options.data;
  if (data !== undefined) {
    throw new RuntError({
      code: "SPEC_UNSUPPORTED",
      message: `mounts[${one.index}]: remounting ${path} with the filesystem's own option ${data} is not carried out by runt yet`,
      pointer: `${one.pointer}/options`,
      hint: "give the option where the filesystem is mounted first",
    });
  }
  return [
    {
      kind: "mount",
      from: one.pointer,
      title: `remount ${path}`,
      calls: [
        openAt2("rootfs.fd", inRoot(path), O.PATH, IN_ROOT, { into: "mount.target" }),
        { op: "set", slot: "mount.fd", value: slot("mount.target") },
        ...attributeCalls(one.options, 0),
        ...propagationCalls(one.options),
        ...closeAll("mount.target"),
      ],
    },
  ];
}
