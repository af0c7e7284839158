import type { HostFacts } from "../host/facts.ts";
import { archFlags, O, openAt2, RESOLVE, slot, str, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import { isPlain } from "../spec/checks/paths.ts";

/** Walks of container paths stay inside the root, whatever links the image holds. */
export const IN_ROOT = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;
/** A single name just made: no link may have taken its place. */
const ONE_NAME = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS;
const NEW_DIRECTORY = 0o755;
const NEW_FILE = 0o644;

/** The names in a container path; "" and "." say nothing. */
export function pathNames(path: string): string[] {
  if (isPlain(path)) return path.slice(1).split("/");
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** The path relative to the root, "." for the root itself. */
export function inRoot(path: string): string {
  return pathNames(path).join("/") || ".";
}

/** The path of the directory that holds the last name, and that name. */
export function splitPath(path: string): { parent: string; name: string } {
  const names = pathNames(path);
  return { parent: names.slice(0, -1).join("/") || ".", name: names[names.length - 1] ?? "." };
}

/**
 * Opens in slot `into` the name at `depth` of a path that is not there as a whole; it is made when it is missing. `above`
 * is the directory that holds it.
 */
export function openOrMakeName(
  arch: HostFacts["arch"],
  names: readonly string[],
  depth: number,
  above: Slot,
  into: Slot,
  tag: string,
): Call[] {
  const { DIRECTORY, NOFOLLOW } = archFlags(arch);
  const name = names[depth] ?? ".";
  const make = [
    sys("mkdirat", [slot(above), str(name), NEW_DIRECTORY], {
      tolerate: [{ errno: "EEXIST", why: "made meanwhile; opening it shows what it is" }],
    }),
    openAt2(above, name, O.PATH | DIRECTORY | NOFOLLOW, ONE_NAME, { into }),
  ];
  // The last name is what the path lacks, but with ".." it may be there without the way to it.
  if (depth === names.length - 1 && !names.includes("..")) return make;
  const [missing, have] = [`${tag} make ${depth}`, `${tag} have ${depth}`];
  return [
    openAt2("rootfs.fd", names.slice(0, depth + 1).join("/"), O.PATH | DIRECTORY, IN_ROOT, {
      into,
      tolerate: [{ errno: "ENOENT", why: "the image lacks it", to: missing }],
    }),
    { op: "goto", to: have },
    { op: "label", name: missing },
    ...make,
    { op: "label", name: have },
  ];
}

/**
 * Opens in slot `into` a directory of the container that was just found missing: makes what is missing on the way, one
 * name at a time, each below the directory that was just opened. `tag` keeps labels apart.
 */
export function makeDirectory(arch: HostFacts["arch"], path: string, into: Slot, tag: string): Call[] {
  const names = pathNames(path);
  const slotOf = (depth: number): Slot =>
    depth < 0 ? "rootfs.fd" : depth === names.length - 1 ? into : `${into}.${depth % 2}`;
  return names.flatMap((_, depth): Call[] => {
    const above = slotOf(depth - 1);
    const left: Call[] = depth === 0 ? [] : [sys("close", [slot(above)])];
    return [...openOrMakeName(arch, names, depth, above, slotOf(depth), tag), ...left];
  });
}

/**
 * Opens a directory of the container in slot `into`, making what is missing. `tag` keeps labels apart; `found` is done
 * only with a directory that was there.
 */
export function openOrMakeDirectory(
  arch: HostFacts["arch"],
  path: string,
  into: Slot,
  tag: string,
  found: readonly Call[] = [],
): Call[] {
  const { DIRECTORY } = archFlags(arch);
  const open = (tolerated: boolean): Call =>
    openAt2("rootfs.fd", inRoot(path), O.PATH | DIRECTORY, IN_ROOT, {
      into,
      tolerate: tolerated ? [{ errno: "ENOENT", why: "the image lacks it", to: `${tag} chain` }] : [],
    });
  if (pathNames(path).length === 0) return [open(false), ...found];
  return [
    open(true),
    ...found,
    { op: "goto", to: `${tag} opened` },
    { op: "label", name: `${tag} chain` },
    ...makeDirectory(arch, path, into, tag),
    { op: "label", name: `${tag} opened` },
  ];
}

/**
 * Makes an empty file of the container, whose directory is there, as a mount target in slot `into`. O_CREAT goes through
 * a link that points to nothing, still inside the root.
 */
export function makeFile(path: string, into: Slot): Call {
  const flags = O.RDONLY | O.CREAT | O.NONBLOCK | O.NOCTTY;
  return openAt2("rootfs.fd", inRoot(path), flags, IN_ROOT, { mode: NEW_FILE, into });
}
