/** Checks of what stands at the top of config.json. */
import { error, type Finding, shown, warning } from "../finding.ts";
import { pointerOf } from "../pointer.ts";
import type { Spec } from "../types.ts";

const NUMBER = "(?:0|[1-9][0-9]*)";
const SEMVER = new RegExp(
  `^(${NUMBER})\\.${NUMBER}\\.${NUMBER}` +
    `(?:-(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:${NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?` +
    `(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** SPEC(config#specification-version): SemVer 2.0.0; a runtime for 1.x takes every 1.y. */
export function versionIsKnown(spec: Spec): Finding[] {
  const match = SEMVER.exec(spec.ociVersion);
  const version = shown(spec.ociVersion);
  if (match === null) {
    return [error("/ociVersion", `${version} is not a version`, 'write it as in "1.3.0"')];
  }
  if (match[1] === "1") return [];
  return [error("/ociVersion", `version ${version} of the specification is not supported`, "use 1.x.y")];
}

/** SPEC(config#root): required on Linux. */
export function rootIsPresent(spec: Spec): Finding[] {
  if (spec.root === undefined) {
    return [error("/root", "root must be specified", 'add "root": {"path": "rootfs"}')];
  }
  if (spec.root.path !== "") return [];
  return [
    error("/root/path", "the path is empty", 'name the directory of the root filesystem, such as "rootfs"'),
  ];
}

/** SPEC(config#process): optional at create, required at start. */
export function processIsPresent(spec: Spec): Finding[] {
  if (spec.process !== undefined) return [];
  return [
    warning("/process", "process property must not be empty when the container is to be started", "add it"),
  ];
}

/** SPEC(config-linux#namespaces): what is not listed is shared with the runtime. */
export function linuxIsPresent(spec: Spec): Finding[] {
  if (spec.linux !== undefined) return [];
  const reason = "without it the container would have no namespace of its own";
  return [warning("/linux", reason, 'add "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}]}')];
}

/** SPEC(config#annotations): keys are not empty. */
export function annotationsHaveKeys(spec: Spec): Finding[] {
  if (spec.annotations === undefined || !Object.hasOwn(spec.annotations, "")) return [];
  return [error("/annotations/", "an annotation has an empty key", "give it a name")];
}

/** SPEC(config#platform-specific-configuration) */
export function otherPlatformsAreAbsent(spec: Spec): Finding[] {
  const others = ["windows", "solaris", "vm", "zos", "freebsd"] as const;
  return others
    .filter((platform) => spec[platform] !== undefined)
    .map((platform) => warning(`/${platform}`, "ignored on linux", "remove it"));
}

/** CVE-2021-43784: the kernel ends a text at its first NUL byte, so what was checked is not what it would use. */
export function textsHaveNoNulBytes(spec: Spec): Finding[] {
  const findings: Finding[] = [];
  for (const [key, value] of Object.entries(spec)) {
    // Annotations never reach the kernel.
    if (key !== "annotations") findings.push(...nulBytes(value, [key]));
  }
  return findings;
}

/** The NUL bytes in the texts and keys of the value at `path`. */
export function nulBytes(value: unknown, path: readonly string[]): Finding[] {
  if (!holdsNulByte(value)) return [];
  if (typeof value !== "object" || value === null) {
    return [error(pointerOf(path), `${shown(value)} holds a NUL byte`, "remove the byte")];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    if (key.includes("\0")) return [error(pointerOf(at), "the key holds a NUL byte", "remove the byte")];
    return nulBytes(inner, at);
  });
}

/** The same as a question, which is quick to answer for a config without any. */
function holdsNulByte(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsNulByte);
  for (const key in value) {
    if (key.includes("\0") || holdsNulByte((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}
