import { DEFAULT_PATH, searchPath } from "../compile/process/environment.ts";
import { RuntError } from "../error/runt-error.ts";
import { type CallFailure, carry, slotValue } from "../host/carry.ts";
import type { Sys } from "../host/sys.ts";
import { buf, load, O, RESOLVE, sys as syscall } from "../plan/build.ts";
import { callLine } from "../plan/print-call.ts";
import type { Step } from "../plan/step.ts";
import type { Process } from "../spec/types.ts";
import { errnoText } from "../tables/errnos.ts";
import { judgeErrno, judgeFile, judgeMissing, type SeenFile, type Verdict } from "./exec-verdict.ts";
import { type Executable, parseExecutable } from "./executable.ts";

const HEAD = 4096;
const AT_EMPTY_PATH = 0x1000;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const F_FLAGS = 80;
const ST_NOEXEC = 8;
const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;
const ABSENT = ["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"] as const;
/** A program, and no more interpreters in a row than the kernel follows. */
const CHAIN_LENGTH = 6;

/** A failed execve or search: the container's root as an open directory (-1 = gone), and what was to be executed. */
export interface FailedExec {
  root: number;
  step: Step;
  /** The execve, or the "fail" of the search for the executable. */
  failure: CallFailure;
  args: readonly string[];
  /** process.cwd, for names relative to it. */
  cwd?: string | undefined;
  /** Value of PATH, for a name without a slash. */
  path?: string | undefined;
}

/** What the lookup of a process's program depends on. */
export function programOf(process: Process | undefined): Pick<FailedExec, "args" | "cwd" | "path"> {
  return { args: process?.args ?? [], cwd: process?.cwd, path: searchPath(process?.env ?? []) };
}

/**
 * Says why the kernel refused to execute the program: missing, not executable, a directory, on a noexec mount, empty,
 * a script whose interpreter is missing, another machine's program, a missing loader.
 * SAFETY: everything is looked up inside the container's root; only regular files are opened.
 */
export function explainExec(sys: Sys, failed: FailedExec): RuntError {
  const { failure, step, root, args } = failed;
  const { errno, call } = failure;
  const nothing = { path: args[0] ?? "", verdict: undefined };
  // The words of the search say already what is missing.
  const told = call.op === "fail" && errno !== "EACCES";
  const { path, verdict } = root < 0 || told ? nothing : examine(sys, failed);
  const text = call.op === "fail" ? call.why : `exec ${path}: ${errnoText(errno)}`;
  const absent = errno === "ENOENT" || errno === "ENOTDIR";
  return new RuntError({
    code: verdict?.code ?? (absent ? "EXEC_NOT_FOUND" : "EXEC_NOT_EXECUTABLE"),
    message: verdict === undefined ? text : `${text} (${verdict.why})`,
    phase: "exec",
    pointer: step.from,
    call: callLine(call),
    errno,
    hint: verdict?.hint,
  });
}

/** Where the program may be, as execvp(3) looks for it. */
function candidates({ args, path, cwd }: FailedExec): string[] {
  const name = args[0] ?? "";
  if (name.includes("/")) return [absolute(name, cwd)];
  return (path ?? DEFAULT_PATH).split(":").map((directory) => absolute(`${directory || "."}/${name}`, cwd));
}

function absolute(path: string, cwd: string | undefined): string {
  return path.startsWith("/") ? path : `${cwd ?? ""}/${path}`;
}

/** Follows the program, its interpreters and its loader to the first file with a fault. */
function examine(sys: Sys, failed: FailedExec): { path: string; verdict: Verdict | undefined } {
  const { errno } = failed.failure;
  const places = candidates(failed).map((place) => see(sys, failed.root, place, place));
  const program =
    places.find((seen) => seen !== undefined && (seen.mode & S_IFMT) !== S_IFDIR) ?? places.find(Boolean);
  if (program === undefined) {
    return { path: failed.args[0] ?? "", verdict: judgeMissing("", undefined) };
  }
  let file: SeenFile = program;
  for (let i = 0; i < CHAIN_LENGTH; i++) {
    const fault = judgeFile(file, sys.host.arch, errno);
    if (fault !== undefined) return { path: program.path, verdict: fault };
    const needed = neededBy(file.program);
    if (needed === undefined) break;
    const path = absolute(needed.path, failed.cwd);
    const next = see(sys, failed.root, path, `${path} (the ${needed.as} of ${file.path})`);
    if (next === undefined)
      return { path: program.path, verdict: judgeMissing(needed.path, { by: file.path, as: needed.as }) };
    file = next;
  }
  return { path: program.path, verdict: judgeErrno(errno, program) };
}

/** The file that the kernel opens next for `program`. */
function neededBy(program: Executable): { path: string; as: "interpreter" | "loader" } | undefined {
  if (program.kind === "script") return { path: program.interpreter, as: "interpreter" };
  if (program.kind !== "elf" || program.loader === undefined) return undefined;
  return { path: program.loader, as: "loader" };
}

/** Looks at the file `path` inside the root; undefined when it is not there. */
function see(sys: Sys, root: number, path: string, subject: string): SeenFile | undefined {
  const fd = sys.openat2(root, path, O.PATH, { resolve: IN_ROOT, tolerate: ABSENT });
  if (fd < 0) return undefined;
  try {
    const { mode, uid, gid } = sys.stat(fd, "", AT_EMPTY_PATH);
    const regular = (mode & S_IFMT) === S_IFREG;
    const program: Executable = regular ? parseExecutable(readHead(sys, fd)) : { kind: "unknown" };
    return { path, subject, mode, uid, gid, noexec: isNoexec(sys, fd), program };
  } finally {
    sys.close(fd);
  }
}

/** The beginning of the regular file that is open with O_PATH. */
function readHead(sys: Sys, fd: number): Uint8Array {
  const readable = sys.open(`/proc/self/fd/${fd}`, O.RDONLY | O.NONBLOCK);
  try {
    return sys.read(readable, HEAD);
  } finally {
    sys.close(readable);
  }
}

function isNoexec(sys: Sys, fd: number): boolean {
  const statfs = syscall("fstatfs", [fd, buf("statfs", 120)], {
    load: [load("flags", "statfs", F_FLAGS, 8)],
  });
  return (slotValue(carry(sys.host, [statfs], new Map()), "flags") & ST_NOEXEC) !== 0;
}
