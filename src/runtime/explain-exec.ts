import type { ErrorCode } from "../error/codes.ts";
import { RuntError } from "../error/runt-error.ts";
import type { CallFailure } from "../host/carry.ts";
import type { Sys } from "../host/sys.ts";
import { O, RESOLVE } from "../plan/build.ts";
import { callLine } from "../plan/print-call.ts";
import type { Step } from "../plan/step.ts";
import { errnoText } from "../tables/errnos.ts";
import { type Executable, parseExecutable } from "./executable.ts";

const HEAD = 4096;
const MODE_ANY_X = 0o111;
const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;
const NOT_OPENED = ["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENXIO", "ETXTBSY", "EPERM"] as const;

/** A failed execve: the container's root as an open directory (-1 = gone), and what was to be executed. */
export interface FailedExec {
  root: number;
  step: Step;
  failure: CallFailure;
  args: readonly string[];
  /** Value of PATH, for a name without a slash. */
  path?: string | undefined;
}

interface Verdict {
  code: ErrorCode;
  why: string;
  hint: string;
}

/**
 * Says why the kernel refused to execute the program: missing loader or interpreter, CR at the end of a "#!" line,
 * another machine's program, an empty file. Reads only inside the container's root.
 */
export function explainExec(sys: Sys, failed: FailedExec): RuntError {
  const { failure, step, args } = failed;
  const name = args[0] ?? "";
  const verdict = failed.root < 0 ? undefined : examine(sys, failed, name);
  const text = errnoText(failure.errno);
  return new RuntError({
    code: verdict?.code ?? (failure.errno === "ENOENT" ? "EXEC_NOT_FOUND" : "EXEC_NOT_EXECUTABLE"),
    message: `exec ${name}: ${text}${verdict === undefined ? "" : ` (${verdict.why})`}`,
    phase: "exec",
    pointer: step.from,
    call: callLine(failure.call),
    errno: failure.errno,
    hint: verdict?.hint,
  });
}

function examine(sys: Sys, failed: FailedExec, name: string): Verdict | undefined {
  const directories = name.includes("/")
    ? [""]
    : (failed.path ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").split(":");
  for (const directory of directories) {
    const file = directory === "" ? name : `${directory}/${name}`;
    const fd = sys.openat2(failed.root, file, O.RDONLY | O.NONBLOCK, {
      resolve: IN_ROOT,
      tolerate: NOT_OPENED,
    });
    if (fd < 0) continue;
    try {
      const { mode } = sys.stat(fd, "", 0x1000);
      return judge(sys, failed, file, mode, parseExecutable(sys.read(fd, HEAD)));
    } finally {
      sys.close(fd);
    }
  }
  return undefined;
}

function exists(sys: Sys, root: number, path: string): boolean {
  const fd = sys.openat2(root, path, O.PATH, { resolve: IN_ROOT, tolerate: NOT_OPENED });
  if (fd < 0) return false;
  sys.close(fd);
  return true;
}

function judge(
  sys: Sys,
  failed: FailedExec,
  file: string,
  mode: number,
  program: Executable,
): Verdict | undefined {
  if (program.kind === "script") return judgeScript(sys, failed.root, file, program);
  if (program.kind === "elf") return judgeElf(sys, failed.root, file, program);
  if (failed.failure.errno === "EACCES") return judgeRefusal(file, mode);
  const code = "EXEC_NOT_EXECUTABLE";
  if (program.kind === "empty") return { code, why: `${file} is empty`, hint: "put a program into it" };
  return {
    code,
    why: `${file} is neither an ELF program nor a script that begins with #!`,
    hint: "add a line such as #!/bin/sh at its very beginning",
  };
}

function judgeScript(
  sys: Sys,
  root: number,
  file: string,
  script: Executable & { kind: "script" },
): Verdict | undefined {
  const { interpreter, carriageReturn } = script;
  if (carriageReturn) {
    return {
      code: "EXEC_NOT_FOUND",
      why: `the #! line of ${file} ends in a carriage return, so the kernel looks for "${interpreter}\\r"`,
      hint: "save the script with Unix line ends (dos2unix)",
    };
  }
  if (interpreter === "") {
    return {
      code: "EXEC_NOT_EXECUTABLE",
      why: `the #! line of ${file} names no interpreter`,
      hint: "name one, such as #!/bin/sh",
    };
  }
  if (exists(sys, root, interpreter)) return undefined;
  return {
    code: "EXEC_NOT_FOUND",
    why: `${file} is a script for ${interpreter}, which is not in the container`,
    hint: `install ${interpreter} in the image, or name another interpreter in the #! line`,
  };
}

function judgeElf(
  sys: Sys,
  root: number,
  file: string,
  elf: Executable & { kind: "elf" },
): Verdict | undefined {
  const { arch } = sys.host;
  const runs32 = arch === "x86_64" && elf.machine === "i386";
  if (elf.machine !== arch && !runs32) {
    return {
      code: "EXEC_NOT_EXECUTABLE",
      why: `${file} is a program for ${elf.machine}, this machine is ${arch}`,
      hint: `use an image for ${arch}, or set up emulation with binfmt_misc and qemu-user`,
    };
  }
  if (elf.loader === undefined || exists(sys, root, elf.loader)) return undefined;
  return {
    code: "EXEC_NOT_FOUND",
    why: `${file} needs the loader ${elf.loader}, which is not in the container`,
    hint: "use an image with the C library that the program was linked for (glibc or musl), or link it statically",
  };
}

function judgeRefusal(file: string, mode: number): Verdict {
  const code = "EXEC_NOT_EXECUTABLE";
  if ((mode & MODE_ANY_X) === 0)
    return { code, why: `${file} has no execute permission`, hint: `chmod +x ${file}` };
  return {
    code,
    why: `${file} may not be executed by this user, or lies on a mount with noexec`,
    hint: "check the file's owner and mode, and the options of the mount it is on",
  };
}
