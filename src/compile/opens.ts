import { AT_FDCWD, assert, buf, load, O, OPEN_HOW_SIZE, openHow, slot, str, sys } from "../plan/build.ts";
import type { Slot } from "../plan/call.ts";
import { AF_UNIX, SOCK, unixAddress } from "../plan/socket.ts";
import type { Step } from "../plan/step.ts";
import { type CompileInput, hasContainerHooks } from "./input.ts";
import { STDIO_SLOTS } from "./setup.ts";

const PROC_SUPER_MAGIC = 0x9fa0;
const MFD_CLOEXEC = 1;

/** Slots that the executor knows before the plan's first step. */
export const GIVEN_SLOTS: readonly Slot[] = [
  "state.dir",
  "bundle.dir",
  "init.image",
  "init.program",
  "console.fd",
  "hook.stdin",
  ...STDIO_SLOTS,
];

function openProc(): Step {
  return {
    kind: "open",
    from: "runt:proc",
    title: "open the host's /proc",
    calls: [
      sys("openat2", [AT_FDCWD, str("/proc"), openHow(O.RDONLY | O.CLOEXEC, 0), OPEN_HOW_SIZE], {
        into: "proc.fd",
      }),
      sys("fstatfs", [slot("proc.fd"), buf("scratch.statfs", 120)], {
        load: [load("proc.type", "scratch.statfs", 0, 8)],
      }),
      assert({
        slot: "proc.type",
        equals: PROC_SUPER_MAGIC,
        errno: "EXDEV",
        why: "/proc of the host is not procfs",
      }),
    ],
  };
}

function openSync(): Step {
  return {
    kind: "open",
    from: "runt:sync",
    title: "make the sockets on which parent and init meet",
    calls: [
      sys("socketpair", [AF_UNIX, SOCK.SEQPACKET | SOCK.CLOEXEC, 0, buf("scratch.pair", 8)], {
        load: [load("sync.host", "scratch.pair", 0, 4), load("sync.fd", "scratch.pair", 4, 4)],
      }),
    ],
  };
}

function openHookPipe(): Step {
  return {
    kind: "open",
    from: "/hooks",
    title: "make the state and the output of hooks inside the container",
    calls: [
      sys("memfd_create", [str("hook-state"), MFD_CLOEXEC], { into: "hook.state" }),
      sys("pipe2", [buf("scratch.pair", 8), O.CLOEXEC], {
        load: [load("hook.reader", "scratch.pair", 0, 4), load("hook.output", "scratch.pair", 4, 4)],
      }),
    ],
  };
}

/** Host step: connects to the caller's console socket, which init sends the terminal to. */
export function openConsole(path: string): Step {
  const address = unixAddress(path);
  return {
    kind: "terminal",
    from: "/process/terminal",
    title: `connect to the console socket ${path}`,
    calls: [
      sys("socket", [AF_UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0], { into: "console.fd" }),
      sys("connect", [slot("console.fd"), { bytes: address }, address.length]),
    ],
  };
}

/** Host steps that open what init inherits, and the slots that it inherits. */
export function compileOpens(input: CompileInput): { steps: Step[]; imports: Slot[] } {
  const { spec, options } = input;
  const steps = [openProc(), openSync()];
  const imports: Slot[] = ["sync.fd", "gate.fd", "proc.fd", "rootfs.tree"];
  if (hasContainerHooks(spec)) {
    steps.push(openHookPipe());
    imports.push("hook.state", "hook.output");
  }
  if (options.foreground && spec.process?.terminal !== true) imports.push(...STDIO_SLOTS);
  if (spec.process?.terminal === true) {
    if (options.consoleSocket !== undefined) steps.push(openConsole(options.consoleSocket));
    imports.push("console.fd");
  }
  return { steps, imports };
}
