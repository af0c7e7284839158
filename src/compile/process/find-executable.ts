import { AT_FDCWD, buf, load, str, sys } from "../../plan/build.ts";
import type { Call } from "../../plan/call.ts";
import type { Step } from "../../plan/step.ts";
import type { CompileInput } from "../input.ts";
import { searchPath } from "./environment.ts";

const X_OK = 1;
const AT_EACCESS = 0x200;
const STATX_TYPE = 1;
const STATX_MODE_OFFSET = 28;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Leaves the file's type in slot "exec.mode"; `missing` is the label for a file that is not there. */
function inspect(path: string, missing: string, closed: string): Call[] {
  return [
    sys("statx", [AT_FDCWD, str(path), 0, STATX_TYPE, buf("scratch.stat", 256)], {
      load: [load("exec.mode", "scratch.stat", STATX_MODE_OFFSET, 2)],
      tolerate: [
        { errno: "ENOENT", why: "not there", to: missing },
        { errno: "ENOTDIR", why: "not there", to: missing },
        { errno: "ELOOP", why: "links without an end", to: missing },
        { errno: "EACCES", why: "in a directory that this user may not search", to: closed },
      ],
    }),
  ];
}

function check(path: string, refused: string): Call {
  return sys("faccessat2", [AT_FDCWD, str(path), X_OK, AT_EACCESS], {
    tolerate: [{ errno: "EACCES", why: "not executable for this user", to: refused }],
  });
}

function found(path: string): Call[] {
  return [
    { op: "set", slot: "exec.path", value: str(path) },
    { op: "goto", to: "found" },
  ];
}

/** A name with a slash is taken as it is; the words are those that managers turn into exit statuses. */
function directCalls(name: string): Call[] {
  const quoted = JSON.stringify(name);
  return [
    ...inspect(name, "missing", "refused"),
    { op: "branch", slot: "exec.mode", mask: S_IFMT, equals: S_IFDIR, to: "directory" },
    check(name, "refused"),
    ...found(name),
    { op: "label", name: "missing" },
    { op: "fail", errno: "ENOENT", why: `exec: ${quoted}: stat ${name}: no such file or directory` },
    { op: "label", name: "directory" },
    { op: "fail", errno: "EISDIR", why: `exec: ${quoted}: is a directory` },
    { op: "label", name: "refused" },
    { op: "fail", errno: "EACCES", why: `exec: ${quoted}: permission denied` },
    { op: "label", name: "found" },
  ];
}

/** A plain name is searched in the directories of PATH; what cannot be executed is remembered and passed over. */
function searchCalls(name: string, path: string): Call[] {
  const quoted = JSON.stringify(name);
  const directories = path.split(":").map((directory) => (directory === "" ? "." : directory));
  const tries = directories.flatMap((directory, i): Call[] => {
    const file = `${directory}/${name}`;
    const [next, refused] = [`next ${i}`, `refused ${i}`];
    return [
      ...inspect(file, next, refused),
      { op: "branch", slot: "exec.mode", mask: S_IFMT, equals: S_IFDIR, to: next },
      check(file, refused),
      ...found(file),
      { op: "label", name: refused },
      { op: "set", slot: "exec.refused", value: 1 },
      { op: "label", name: next },
    ];
  });
  return [
    { op: "set", slot: "exec.refused", value: 0 },
    ...tries,
    { op: "branch", slot: "exec.refused", equals: 1, to: "refused" },
    { op: "fail", errno: "ENOENT", why: `exec: ${quoted}: executable file not found in $PATH` },
    { op: "label", name: "refused" },
    { op: "fail", errno: "EACCES", why: `exec: ${quoted}: permission denied` },
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
  const calls = name.includes("/") ? directCalls(name) : searchCalls(name, searchPath(env));
  return [{ kind: "exec", from: "/process/args/0", title: `find the executable ${name}`, calls }];
}
