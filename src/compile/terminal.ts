import { RuntError } from "../error/runt-error.ts";
import {
  AT_EMPTY_PATH,
  archFlags,
  assert,
  block,
  buf,
  load,
  O,
  openAt2,
  RESOLVE,
  slot,
  str,
  sys,
} from "../plan/build.ts";
import type { Call } from "../plan/call.ts";
import { MSG, sendingFds } from "../plan/socket.ts";
import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";
import { attachMount, cloneMount, closeAll } from "./mount-calls.ts";
import { IN_ROOT } from "./paths.ts";

const DEVPTS_SUPER_MAGIC = 0x1cd1;
/** /dev/pts/ptmx: the first inode that devpts makes after its root. */
const PTMX_INODE = 2;
const PTMX_MAJOR = 5;
const PTMX_MINOR = 2;
/** ioctl_tty(2); the struct winsize has four u16. */
const TIOCSPTLCK = 0x40045431;
/** _IO("T", 0x41): opens the other end of this very pty. */
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;
const TIOCSCTTY = 0x540e;
const STATX_ALL = 0x7ff;
const STATX_INO = 32;
const STATX_RDEV_MAJOR = 128;
const STATX_RDEV_MINOR = 132;
const U16_MAX = 0xffff;
const FROM = "/process/terminal";

/** A directory of the container, verified to be devpts: slot "terminal.pts". */
function openDevpts(input: CompileInput): Call[] {
  return [
    { op: "set", slot: "terminal.fs", value: 0 },
    openAt2("rootfs.fd", "dev/pts", O.PATH | archFlags(input.facts.arch).DIRECTORY, IN_ROOT, {
      into: "terminal.pts",
      tolerate: [{ errno: "ENOENT", why: "the check below says so", to: "verify" }],
    }),
    sys("fstatfs", [slot("terminal.pts"), buf("scratch.statfs", 120)], {
      load: [load("terminal.fs", "scratch.statfs", 0, 8)],
    }),
    { op: "label", name: "verify" },
    assert({
      slot: "terminal.fs",
      equals: DEVPTS_SUPER_MAGIC,
      errno: "ENODEV",
      why: 'process.terminal: /dev/pts of the container is not devpts; add {"destination":"/dev/pts","type":"devpts","source":"devpts"} to mounts',
    }),
  ];
}

/** Verifies that slot "terminal.master" is the multiplexer of its devpts: inode 2, char 5:2. */
function verifyMaster(): Call[] {
  const checks = [
    { slot: "terminal.inode", equals: PTMX_INODE },
    { slot: "terminal.major", equals: PTMX_MAJOR },
    { slot: "terminal.minor", equals: PTMX_MINOR },
  ];
  return [
    sys("statx", [slot("terminal.master"), str(""), AT_EMPTY_PATH, STATX_ALL, buf("scratch.stat", 256)], {
      load: [
        load("terminal.inode", "scratch.stat", STATX_INO, 8),
        load("terminal.major", "scratch.stat", STATX_RDEV_MAJOR, 4),
        load("terminal.minor", "scratch.stat", STATX_RDEV_MINOR, 4),
      ],
    }),
    ...checks.map((check) =>
      assert({ ...check, errno: "EXDEV", why: "/dev/pts/ptmx of the container is not the pty multiplexer" }),
    ),
  ];
}

/**
 * Opens a new pty in the container's own devpts: slots "terminal.master" and "terminal.peer".
 * CVE-2025-52565: the directory is verified before anything in it is opened, nothing may be mounted over the
 * multiplexer, and the peer is asked of the master, never found by path.
 */
function openPty(input: CompileInput): Call[] {
  const inDevpts = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS | RESOLVE.NO_XDEV;
  return [
    ...openDevpts(input),
    openAt2("terminal.pts", "ptmx", O.RDWR | O.NOCTTY, inDevpts, { into: "terminal.master" }),
    ...verifyMaster(),
    sys("close", [slot("terminal.pts")]),
    sys("ioctl", [slot("terminal.master"), TIOCSPTLCK, block({ u32: 0 })]),
    sys("ioctl", [slot("terminal.master"), TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC], {
      into: "terminal.peer",
    }),
  ];
}

/** SPEC(config#process): consoleSize counts only when both numbers are given. */
function resize(input: CompileInput): Call[] {
  const size = input.spec.process?.consoleSize;
  if (size === undefined || size.height === 0 || size.width === 0) return [];
  if (size.height > U16_MAX || size.width > U16_MAX) {
    throw new RuntError({
      code: "SPEC_INVALID",
      message: `process.consoleSize: ${size.width} x ${size.height} is larger than a terminal can be`,
      pointer: "/process/consoleSize",
      hint: `use at most ${U16_MAX} for each`,
    });
  }
  const window = block({ u16: size.height }, { u16: size.width }, { u16: 0 }, { u16: 0 });
  return [sys("ioctl", [slot("terminal.master"), TIOCSWINSZ, window])];
}

/** Mounts the peer on /dev/console. SPEC(config-linux#default-devices) */
function mountConsole(input: CompileInput): Step {
  const { DIRECTORY, NOFOLLOW } = archFlags(input.facts.arch);
  return {
    kind: "terminal",
    from: FROM,
    title: "mount the terminal on /dev/console",
    calls: [
      openAt2("rootfs.fd", "dev", O.PATH | DIRECTORY, IN_ROOT, { into: "terminal.dev" }),
      openAt2(
        "terminal.dev",
        "console",
        O.RDONLY | O.CREAT | O.NOCTTY | O.NONBLOCK | NOFOLLOW | O.EXCL,
        RESOLVE.BENEATH,
        {
          mode: 0o666,
          into: "terminal.console",
          tolerate: [{ errno: "EEXIST", why: "the image or a mount has it", to: "there" }],
        },
      ),
      sys("close", [slot("terminal.console")]),
      { op: "label", name: "there" },
      openAt2("terminal.dev", "console", O.PATH | NOFOLLOW, RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS, {
        into: "terminal.console",
      }),
      cloneMount("terminal.peer", "terminal.tree", false),
      attachMount("terminal.tree", "terminal.console"),
      ...closeAll("terminal.tree", "terminal.console", "terminal.dev"),
    ],
  };
}

/** Sends the master to whoever keeps the terminal, and makes the peer this session's terminal and stdio. */
function handOver(): Step {
  const message = sendingFds(str("/dev/ptmx"), 9, [{ slot: "terminal.master", width: 4 }]);
  return {
    kind: "terminal",
    from: FROM,
    title: "send the terminal over the console socket and take it as stdio",
    calls: [
      sys("sendmsg", [slot("console.fd"), message, MSG.NOSIGNAL], { expect: 9 }),
      sys("close", [slot("console.fd")]),
      sys("close", [slot("terminal.master")]),
      sys("ioctl", [slot("terminal.peer"), TIOCSCTTY, 0]),
      ...[0, 1, 2].map((fd) => sys("dup3", [slot("terminal.peer"), fd, 0])),
      sys("close", [slot("terminal.peer")]),
    ],
  };
}

function openStep(input: CompileInput): Step {
  return {
    kind: "terminal",
    from: FROM,
    title: "open a terminal in the container's devpts",
    calls: [...openPty(input), ...resize(input)],
  };
}

/** Init steps of create: the terminal, also as /dev/console. Nothing without process.terminal. */
export function compileTerminal(input: CompileInput): Step[] {
  if (input.spec.process?.terminal !== true) return [];
  return [openStep(input), mountConsole(input), handOver()];
}

/** Init steps of exec: a further terminal; /dev/console stays that of the container's own process. */
export function compileExecTerminal(input: CompileInput): Step[] {
  if (input.spec.process?.terminal !== true) return [];
  return [openStep(input), handOver()];
}
