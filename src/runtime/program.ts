import { RuntError } from "../error/runt-error.ts";
import { str, sys } from "../plan/build.ts";
import type { SysCall } from "../plan/call.ts";
import { encodeProgram } from "../plan/encode-plan.ts";
import type { Encoded } from "../plan/encoded.ts";
import { putSlot } from "../plan/lay-out.ts";
import type { Step } from "../plan/step.ts";
import type { Runtime } from "./context.ts";
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

/** Encodes the init list, whose inherited fds are not known yet. */
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

/** A sealed memfd that holds `bytes`: single calls, which copy them once. */
function sealedMemfd({ rt }: Execution, step: Step, name: string, bytes: Uint8Array, run: boolean): number {
  const make = (flags: number): number =>
    attempt(rt, step, sys("memfd_create", [str(name), MFD_CLOEXEC | MFD_ALLOW_SEALING | flags]), ["EINVAL"]);
  let fd = make(run ? MFD_EXEC : 0);
  if (fd < 0) fd = make(0);
  const write = sys("write", [fd, { bytes }, bytes.length]);
  const value = attempt(rt, step, write);
  if (value !== bytes.length) throw stepError(step, { call: write, errno: "EIO", value });
  attempt(rt, step, sys("fcntl", [fd, F_ADD_SEALS, ALL_SEALS]));
  return fd;
}

/** Makes a call that belongs to `step`; gives its result. Throws the step's error but for `tolerated`. */
function attempt(rt: Runtime, step: Step, call: SysCall, tolerated: readonly string[] = []): number {
  try {
    return rt.sys.call(call.name, call.args, tolerated);
  } catch (error) {
    if (!(error instanceof RuntError) || error.errno === undefined) throw error;
    throw stepError(step, { call, errno: error.errno, value: -1 });
  }
}
