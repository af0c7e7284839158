/** Judges a program that could not be executed by what was seen of it. Pure; execve(2). */
import type { ErrorCode } from "../error/codes.ts";
import type { Executable } from "./executable.ts";

/** A file that takes part in an execve: the program, its interpreter, or its loader. */
export interface SeenFile {
  path: string;
  /** How a person finds it, for example "/run.sh" or "/bin/foo (the interpreter of /run.sh)". */
  subject: string;
  /** What statx(2) says: type and permissions. */
  mode: number;
  uid: number;
  gid: number;
  /** On a mount with noexec. */
  noexec: boolean;
  program: Executable;
}

/** Why, and what to do. */
export interface Verdict {
  code: ErrorCode;
  why: string;
  hint: string;
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const ANY_X = 0o111;
/** The 32-bit machine that a 64-bit one may run as well. */
const SIBLINGS: Readonly<Record<string, string>> = { x86_64: "i386", aarch64: "arm" };

function notExecutable(why: string, hint: string): Verdict {
  return { code: "EXEC_NOT_EXECUTABLE", why, hint };
}

/** The verdict on a file that is not there; `needed` tells by whom, undefined for the program itself. */
export function judgeMissing(path: string, needed: { by: string; as: string } | undefined): Verdict {
  const code = "EXEC_NOT_FOUND";
  if (needed === undefined) {
    return {
      code,
      why: "it is not in the container, or not any more",
      hint: "check process.args[0] and process.cwd",
    };
  }
  if (path.endsWith("\r")) {
    return {
      code,
      why: `the #! line of ${needed.by} ends in a carriage return, so the kernel looks for "${path.slice(0, -1)}\\r"`,
      hint: "save the script with Unix line ends (dos2unix)",
    };
  }
  if (needed.as === "loader") {
    return {
      code,
      why: `${needed.by} needs the loader ${path}, which is not in the container`,
      hint: "use an image with the C library that the program was linked for (glibc or musl), or link it statically",
    };
  }
  return {
    code,
    why: `${needed.by} is a script for ${path}, which is not in the container`,
    hint: `install ${path} in the image, or name another interpreter in the #! line`,
  };
}

/** The fault of a file that is there, whatever the errno was; undefined when nothing is wrong with it by itself. */
export function judgeFile(file: SeenFile, arch: string, errno: string): Verdict | undefined {
  const { subject, mode } = file;
  const type = mode & S_IFMT;
  if (type === S_IFDIR)
    return notExecutable(`${subject} is a directory`, "name the program inside it in process.args[0]");
  if (type !== S_IFREG) return notExecutable(`${subject} is not a regular file`, "name a program");
  if ((mode & ANY_X) === 0)
    return notExecutable(`${subject} has no execute permission`, `chmod +x ${file.path}`);
  if (file.noexec) {
    return notExecutable(
      `${subject} is on a mount with the option noexec`,
      "remove noexec from the options of that mount, or move the program",
    );
  }
  return judgeContent(file, arch, errno);
}

function judgeContent({ subject, program }: SeenFile, arch: string, errno: string): Verdict | undefined {
  switch (program.kind) {
    case "empty":
      return notExecutable(`${subject} is empty`, "put a program into it");
    case "byte-order-mark":
      return notExecutable(`${subject} begins with a byte order mark`, "save it as UTF-8 without BOM");
    case "unknown":
      return notExecutable(
        `${subject} is neither an ELF program nor a script that begins with #!`,
        "add a line such as #!/bin/sh at its very beginning",
      );
    case "script":
      if (program.interpreter !== "") return undefined;
      return notExecutable(`the #! line of ${subject} names no interpreter`, "name one, such as #!/bin/sh");
    case "elf": {
      const { machine } = program;
      if (machine === arch || (SIBLINGS[arch] === machine && errno !== "ENOEXEC")) return undefined;
      return notExecutable(
        `${subject} is a program for ${machine}, this machine is ${arch}`,
        `use an image for ${arch}, or set up emulation with binfmt_misc and qemu-user`,
      );
    }
  }
}

/** The verdict by the errno alone, when no file of the chain is at fault by itself. */
export function judgeErrno(errno: string, file: SeenFile): Verdict | undefined {
  const mode = (file.mode & 0o7777).toString(8).padStart(4, "0");
  switch (errno) {
    case "EACCES":
      return notExecutable(
        `${file.subject} has mode ${mode} and belongs to ${file.uid}:${file.gid}: process.user may not execute it, or a security module forbids it`,
        "check its owner and mode, process.user and its groups, and the audit log of SELinux or AppArmor",
      );
    case "EPERM":
      return notExecutable(
        `${file.subject} carries capabilities that process.capabilities.bounding lacks, or seccomp or a security module forbids it`,
        "check getcap of the file against process.capabilities.bounding",
      );
    case "E2BIG":
      return notExecutable(
        "process.args and process.env are too long together",
        "shorten them (one string may have 128 KiB), or raise RLIMIT_STACK",
      );
    case "ETXTBSY":
      return notExecutable(
        `${file.subject} is open for writing`,
        "close it, and wait for whoever writes it, before start",
      );
    case "ELOOP":
      return notExecutable(
        `${file.subject} is a script whose interpreters are scripts again, too many in a row`,
        "name an ELF program in the #! line",
      );
    default:
      return undefined;
  }
}
