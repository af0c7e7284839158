import { carry, slotValue } from "../host/carry.ts";
import { str, sys } from "../plan/build.ts";
import { encodeProgram } from "../plan/encode-plan.ts";
import type { Encoded } from "../plan/encoded.ts";
import { putSlot } from "../plan/lay-out.ts";
import type { Step } from "../plan/step.ts";
import type { Execution } from "./execution.ts";
import { precompiledSteps } from "./precompile.ts";
import { stepError } from "./step-error.ts";

/** Program id of runt-init's list in error records. */
export const INIT_PROGRAM_ID = 2;

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
/** KERNEL(6.3): says that the memfd is meant to be executed; older kernels do not know the flag. */
const MFD_EXEC = 0x10;
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL, SHRINK, GROW, WRITE. */
const ALL_SEALS = 0xf;

/**
 * Encodes the init list, whose inherited fds are not known yet. Takes no part in what the parent does, so that it may
 * run while the kernel is busy (warm-cgroups.ts).
 */
export function encodeInit({ rt, plan }: Execution): Encoded {
  return encodeProgram(plan.init, {
    arch: rt.host.arch,
    id: INIT_PROGRAM_ID,
    known: new Map(),
    report: "sync.fd",
    shareMemory: false,
    putText: rt.host.putText,
    library: precompiledSteps()?.init,
  });
}

/**
 * Handler of the "program" step: writes the encoded init list, with the fds known by now, and the image of runt-init
 * into two sealed memfds, and leaves their fds in "init.program" and "init.image".
 * CVE-2019-5736: what runs in the container is a sealed copy, never a file of the host.
 */
export function sealProgram(execution: Execution, step: Step): void {
  const { rt, plan, slots } = execution;
  execution.init ??= encodeInit(execution);
  const { init } = execution;
  for (const name of plan.imports) {
    const index = init.slots.get(name);
    const fd = slots.get(name);
    if (index !== undefined && fd !== undefined) putSlot(init.words, index, fd);
  }
  execution.fds.add("init.image");
  execution.fds.add("init.program");
  slots.set("init.image", sealedMemfd(execution, step, "runt-init", rt.host.init, true));
  slots.set("init.program", sealedMemfd(execution, step, "runt-program", init.bytes, false));
}

/** A sealed memfd that holds `bytes`. */
function sealedMemfd(
  execution: Execution,
  step: Step,
  name: string,
  bytes: Uint8Array,
  run: boolean,
): number {
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const calls = [
    sys("memfd_create", [str(name), run ? flags | MFD_EXEC : flags], {
      into: "memfd",
      tolerate: run ? [{ errno: "EINVAL", why: "Linux before 6.3 has no MFD_EXEC", to: "old" }] : [],
    }),
    ...(run
      ? ([
          { op: "goto", to: "made" },
          { op: "label", name: "old" },
          sys("memfd_create", [str(name), flags], { into: "memfd" }),
          { op: "label", name: "made" },
        ] as const)
      : []),
    sys("write", [{ slot: "memfd" }, { bytes }, bytes.length], { expect: bytes.length }),
    sys("fcntl", [{ slot: "memfd" }, F_ADD_SEALS, ALL_SEALS]),
  ];
  const carried = carry(execution.rt.host, calls, new Map());
  if (carried.failure !== undefined) throw stepError(step, carried.failure);
  return slotValue(carried, "memfd");
}
