import { freezerOnly } from "../cgroup/freezer.ts";
import type { CgroupRecord } from "../cgroup/record.ts";
import { RuntError } from "../error/runt-error.ts";
import { readShortFile } from "../host/short-file.ts";
import type { Sys } from "../host/sys.ts";
import { AT_EMPTY_PATH, AT_FDCWD, O } from "../plan/build.ts";
import { checkContainerId } from "../state/container-id.ts";
import {
  parseStateFile,
  parseStateHead,
  printStateFile,
  type StateFile,
  type StateHead,
} from "../state/state-file.ts";
import type { Runtime } from "./context.ts";

const STATE = "state.json";
const NEXT_STATE = ".state.json.new";
/** The start gate's socket; its presence tells "created" from "running". */
export const GATE = "start.sock";
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const ROOT_MODE = 0o700;
const CONTAINER_MODE = 0o711;
const LOCK_POLL_MS = 5;
const NEWLINE = 10;

/** An open container directory: its fd, which also carries the lock. */
export interface ContainerDir {
  fd: number;
  path: string;
  id: string;
}

function openDirectory(sys: Sys, path: string): number {
  return sys.open(path, O.RDONLY | directoryFlag(sys), 0, ["ENOENT"]);
}

function directoryFlag(sys: Sys): number {
  return sys.host.arch === "x86_64" ? 0o200000 : 0o40000;
}

/** Makes the state root and the directories above it; an existing one is left as it is. */
function makeRoot(rt: Runtime): void {
  const parts = rt.root.split("/").filter((part) => part !== "");
  let path = "";
  for (const part of parts) {
    path += `/${part}`;
    rt.sys.mkdirat(AT_FDCWD, path, ROOT_MODE, ["EEXIST"]);
  }
}

/**
 * Makes and locks the directory of a new container.
 * Throws EXISTS for an id in use, ID_INVALID for a malformed one.
 */
export function makeContainerDir(rt: Runtime, id: string): ContainerDir {
  checkContainerId(id);
  const path = `${rt.root}/${id}`;
  if (rt.sys.mkdirat(AT_FDCWD, path, CONTAINER_MODE, ["ENOENT", "EEXIST"]) < 0) {
    makeRoot(rt);
    if (rt.sys.mkdirat(AT_FDCWD, path, CONTAINER_MODE, ["EEXIST"]) < 0) throw exists(rt, id);
  }
  try {
    return { fd: openLocked(rt, id, path), path, id };
  } catch (error) {
    // Only the maker may take it away again: whoever holds the lock by now has made it its own.
    if (!(error instanceof RuntError) || error.code !== "EXISTS") rt.sys.rmdirat(AT_FDCWD, path, ["ENOENT"]);
    throw error;
  }
}

/** Opens and locks the directory just made. Throws EXISTS when another runtime was faster. */
function openLocked(rt: Runtime, id: string, path: string): number {
  const fd = openDirectory(rt.sys, path);
  if (fd < 0) throw exists(rt, id);
  try {
    const locked = rt.sys.call("flock", [fd, LOCK_EX | LOCK_NB], ["EAGAIN"]) === 0;
    if (locked && isStillThere(rt.sys, fd, path)) return fd;
    throw exists(rt, id);
  } catch (error) {
    rt.sys.close(fd);
    throw error;
  }
}

/** Throws EXISTS when the id is taken; making the directory decides, this only tells it before anything else. */
export function refuseExisting(rt: Runtime, id: string): void {
  const fd = openDirectory(rt.sys, `${rt.root}/${id}`);
  if (fd < 0) return;
  rt.sys.close(fd);
  throw exists(rt, id);
}

function exists(rt: Runtime, id: string): RuntError {
  return new RuntError({
    code: "EXISTS",
    message: `container with given ID already exists: ${id} (in ${rt.root})`,
    hint: `choose another id, or remove it with: delete --force ${id}`,
  });
}

/** True when `path` still names the open directory (another runtime may have removed it before the lock). */
function isStillThere(sys: Sys, fd: number, path: string): boolean {
  const again = openDirectory(sys, path);
  if (again < 0) return false;
  const same = sys.stat(again, "", AT_EMPTY_PATH).ino === sys.stat(fd, "", AT_EMPTY_PATH).ino;
  sys.close(again);
  return same;
}

/** Opens the directory of a container, without a lock; undefined when there is none. */
export function findContainerDir(rt: Runtime, id: string): ContainerDir | undefined {
  checkContainerId(id);
  const path = `${rt.root}/${id}`;
  const fd = openDirectory(rt.sys, path);
  return fd < 0 ? undefined : { fd, path, id };
}

/** Opens the directory of a container; throws NOT_FOUND when there is none. */
export function openContainerDir(rt: Runtime, id: string): ContainerDir {
  const dir = findContainerDir(rt, id);
  if (dir === undefined) throw notFound(rt, id);
  return dir;
}

/** The error for an id that no container has. */
export function notFound(rt: Runtime, id: string): RuntError {
  return new RuntError({
    code: "NOT_FOUND",
    message: `container does not exist: ${id} (in ${rt.root})`,
    hint: "see the ids with: list; another state root is chosen by --root",
  });
}

/**
 * Locks the container against other runtimes, waiting up to `waitMs`. The kernel frees the lock when the process ends,
 * however it ends. Throws LOCKED when it stays taken, NOT_FOUND when the container vanished meanwhile.
 */
export function lockContainer(rt: Runtime, dir: ContainerDir, waitMs: number): void {
  for (let waited = 0; !tryLock(rt, dir); waited += LOCK_POLL_MS) {
    if (waited >= waitMs) {
      throw new RuntError({
        code: "LOCKED",
        message: `another runt is working on container ${dir.id} for more than ${waitMs} ms`,
        hint: "wait for it, or end it",
      });
    }
    rt.sys.sleep(LOCK_POLL_MS);
  }
  if (!isStillThere(rt.sys, dir.fd, dir.path)) throw notFound(rt, dir.id);
}

/** Frees the lock before the descriptor is closed: for a runt that stays while its container runs. */
export function unlockContainer(rt: Runtime, dir: ContainerDir): void {
  rt.sys.call("flock", [dir.fd, LOCK_UN]);
}

/** Takes the lock if it is free. */
export function tryLock(rt: Runtime, dir: ContainerDir): boolean {
  return rt.sys.call("flock", [dir.fd, LOCK_EX | LOCK_NB], ["EAGAIN"]) === 0;
}

/** Reads the state file; undefined when the directory has none (an aborted create). */
export function readState(rt: Runtime, dir: ContainerDir): StateFile | undefined {
  const text = rt.sys.readFileIfThere(dir.fd, STATE);
  return text === undefined ? undefined : parseStateFile(text, `${dir.path}/${STATE}`);
}

/**
 * Reads the first line of the state file of `id`, what `state` and `list` tell, and who owns it; undefined when there is
 * no such container or it has no state file.
 */
export function readHead(rt: Runtime, id: string): { head: StateHead; uid: number } | undefined {
  checkContainerId(id);
  const path = `${rt.root}/${id}/${STATE}`;
  const file = readShortFile(rt.sys, path);
  if (file === undefined) return undefined;
  const end = file.bytes.indexOf(NEWLINE);
  // Many annotations make a long line.
  const text = end < 0 ? rt.sys.readFileIfThere(AT_FDCWD, path) : rt.host.text(file.bytes.subarray(0, end));
  return text === undefined ? undefined : { head: parseStateHead(text, path), uid: file.uid };
}

/**
 * Replaces the state file at once: readers see the old or the new one. Not fsynced: after a crash of the machine
 * the container is gone, and its state root (a tmpfs by default) with it.
 */
export function writeState(rt: Runtime, dir: ContainerDir, state: StateFile): void {
  const { sys } = rt;
  const fd = sys.openat2(dir.fd, NEXT_STATE, O.WRONLY | O.CREAT | O.TRUNC, { mode: 0o600 });
  try {
    sys.write(fd, printStateFile(state, freezerOnly(state.cgroup as CgroupRecord)));
  } finally {
    sys.close(fd);
  }
  sys.renameat(dir.fd, NEXT_STATE, dir.fd, STATE);
}

/** Removes the container's directory with the files that runt made in it. Its fd stays the caller's to close. */
export function removeContainerDir(rt: Runtime, dir: ContainerDir): void {
  for (const { name } of rt.sys.list(dir.fd)) rt.sys.unlinkat(dir.fd, name, ["ENOENT"]);
  rt.sys.rmdirat(AT_FDCWD, dir.path, ["ENOENT"]);
}

/** The ids in the state root, sorted; undefined when the root does not exist. */
export function listIds(rt: Runtime): string[] | undefined {
  const fd = openDirectory(rt.sys, rt.root);
  if (fd < 0) return undefined;
  const ids = rt.sys
    .list(fd)
    .filter((entry) => entry.type === 4)
    .map((entry) => entry.name);
  rt.sys.close(fd);
  return ids.sort();
}
