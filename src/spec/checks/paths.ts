import { error, type Finding, shown } from "../finding.ts";

/** A finding for a path that has to be absolute and is not. */
export function absolute(pointer: string, path: string): Finding[] {
  if (path.startsWith("/")) return [];
  return [error(pointer, `${shown(path)} is not an absolute path`, "write the whole path, from / on")];
}

/** True for an absolute path that consists of plain names, as nearly all do. */
export function isPlain(path: string): boolean {
  return path.startsWith("/") && !path.includes("//") && !path.includes("/.") && !path.endsWith("/");
}

/** A path inside the container, without empty, "." and ".." parts; it cannot lead above "/". */
export function cleaned(path: string): string {
  if (isPlain(path)) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
