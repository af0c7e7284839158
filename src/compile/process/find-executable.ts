import { AT_FDCWD, buf, load, str, sys } from "../../plan/build.ts";
import type { Call, ErrnoRule } from "../../plan/call.ts";
import { patterned, type StepBody } from "../../plan/remembered.ts";
import type { Step } from "../../plan/step.ts";
import { errnoText } from "../../tables/errnos.ts";
import type { CompileInput } from "../input.ts";
import { searchPath } from "./environment.ts";

const X_OK = 1;
const AT_EACCESS = 0x200;
const STATX_TYPE = 1;
const STATX_MODE_OFFSET = 28;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Why statx(2) finds nothing at a path. */
const ABSENT = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"] as const;

/** Leaves the file's type in slot "exec.mode". */
function inspect(path: string, tolerate: readonly ErrnoRule[]): Call {
  return sys("statx", [AT_FDCWD, str(path), 0, STATX_TYPE, buf("scratch.stat", 256)], {
    load: [load("exec.mode", "scratch.stat", STATX_MODE_OFFSET, 2)],
    tolerate,
  });
}

/** faccessat2(2) with the ids of this very moment; a mount with noexec refuses as well. */
function check(path: string, refused: string): Call {
  return sys("faccessat2", [AT_FDCWD, str(path), X_OK, AT_EACCESS], {
    tolerate: [{ errno: "EACCES", why: "not executable for this user, or on a noexec mount", to: refused }],
  });
}

function found(path: string): Call[] {
  return [
    { op: "set", slot: "exec.path", value: str(path) },
    { op: "goto", to: "found" },
  ];
}

function failure(at: string, errno: string, why: string): Call[] {
  return [
    { op: "label", name: at },
    { op: "fail", errno, why },
  ];
}

/** A name with a slash is taken as it is; the words are those that managers turn into exit statuses. */
function directCalls(name: string): Call[] {
  const quoted = JSON.stringify(name);
  const absent = ABSENT.map((errno) => ({ errno, why: "told below", to: errno }));
  return [
    inspect(name, [
      ...absent,
      { errno: "EACCES", why: "its directory is closed to this user", to: "refused" },
    ]),
    { op: "branch", slot: "exec.mode", mask: S_IFMT, equals: S_IFDIR, to: "directory" },
    check(name, "refused"),
    ...found(name),
    ...ABSENT.flatMap((errno) => failure(errno, errno, `exec: ${quoted}: stat ${name}: ${errnoText(errno)}`)),
    ...failure("directory", "EISDIR", `exec: ${quoted}: is a directory`),
    ...failure("refused", "EACCES", `exec: ${quoted}: permission denied`),
    { op: "label", name: "found" },
  ];
}

/** One directory of PATH: what is there but cannot be executed is remembered in "exec.refused" and passed over. */
function tryCalls(file: string, i: number): Call[] {
  const [next, refused] = [`next ${i}`, `refused ${i}`];
  const absent = ABSENT.map((errno) => ({ errno, why: "not here", to: next }));
  return [
    inspect(file, [...absent, { errno: "EACCES", why: "closed to this user", to: refused }]),
    { op: "branch", slot: "exec.mode", mask: S_IFMT, equals: S_IFDIR, to: next },
    check(file, refused),
    ...found(file),
    { op: "label", name: refused },
    { op: "set", slot: "exec.refused", value: 1 },
    { op: "label", name: next },
  ];
}

/** A plain name is searched in the directories of PATH, in order. */
function searchCalls(name: string, files: readonly string[]): Call[] {
  const quoted = JSON.stringify(name);
  return [
    { op: "set", slot: "exec.refused", value: 0 },
    ...files.flatMap(tryCalls),
    { op: "branch", slot: "exec.refused", equals: 1, to: "refused" },
    { op: "fail", errno: "ENOENT", why: `exec: ${quoted}: executable file not found in $PATH` },
    ...failure("refused", "EACCES", `exec: ${quoted}: permission denied`),
    { op: "label", name: "found" },
  ];
}

/**
 * Init step at create time, with the final root and the final user: finds the program as execvp(3) would and leaves
 * its path in slot "exec.path", so that a wrong command is an error of create and not of start.
 */
export function compileFindExecutable(input: CompileInput, env: readonly string[]): Step[] {
  const name = input.spec.process?.args?.[0];
  if (name === undefined) return [];
  const files = name.includes("/")
    ? []
    : searchPath(env)
        .split(":")
        .map((directory) => `${directory === "" ? "." : directory}/${name}`);
  return [patterned("/process/args/0", "find", [name, ...files], findStep, files.length)];
}

function findStep(count: number, [name = "", ...files]: readonly string[]): StepBody {
  const calls = count === 0 ? directCalls(name) : searchCalls(name, files);
  return { kind: "exec", title: `find the executable ${name}`, calls };
}
