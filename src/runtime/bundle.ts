import { RuntError } from "../error/runt-error.ts";
import { O } from "../plan/build.ts";
import { parseJson } from "../spec/parse-json.ts";
import type { Spec } from "../spec/types.ts";
import { type Finding, validateSpec } from "../spec/validate.ts";
import type { Runtime } from "./context.ts";

const CONFIG = "config.json";

/** A bundle on disk. SPEC(bundle): a directory with config.json in it. */
export interface Bundle {
  /** Absolute, without "." and "..". */
  path: string;
  /** An open fd of the directory. */
  fd: number;
}

/** `path` made absolute from the working directory, with "." and ".." removed by name. */
export function absolutePath(rt: Runtime, path: string): string {
  const whole = path.startsWith("/") ? path : `${rt.sys.getcwd()}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Opens the bundle directory. Throws BUNDLE when it is not one. */
export function openBundle(rt: Runtime, path: string): Bundle {
  const absolute = absolutePath(rt, path);
  const fd = rt.sys.open(absolute, O.RDONLY, 0, ["ENOENT", "ENOTDIR", "EACCES"]);
  if (fd >= 0) return { path: absolute, fd };
  throw new RuntError({
    code: "BUNDLE",
    message: `the bundle ${absolute} cannot be opened: no such file or directory`,
    hint: "name a directory that holds config.json with --bundle",
  });
}

/** The bundle's config.json, parsed, with everything that is wrong or odd about it. */
export function readConfig(rt: Runtime, bundle: Bundle): { value: unknown; findings: Finding[] } {
  const text = rt.sys.readFileIfThere(bundle.fd, CONFIG);
  if (text === undefined) {
    throw new RuntError({
      code: "BUNDLE",
      message: `JSON specification file ${CONFIG} not found in ${bundle.path}`,
      hint: "make one with: runt spec",
    });
  }
  const { value, findings } = parseJson(text, `${bundle.path}/${CONFIG}`);
  return { value, findings: [...findings, ...validateSpec(value)] };
}

/**
 * The bundle's config, valid. Warnings are logged. Throws SPEC_INVALID for the first error, and says how many more
 * there are.
 */
export function loadSpec(rt: Runtime, bundle: Bundle): Spec {
  const { value, findings } = readConfig(rt, bundle);
  const errors = findings.filter((finding) => finding.severity === "error");
  const [first, ...more] = errors;
  for (const finding of findings) {
    if (finding.severity === "warning") rt.log.warning(`${CONFIG}: ${finding.message}`);
  }
  if (first === undefined) return value as Spec;
  const others = more.length === 0 ? "" : ` (and ${more.length} more; see: runt validate)`;
  throw new RuntError({
    code: first.code,
    message: `${CONFIG}: ${first.message}${others}`,
    phase: "validate",
    pointer: first.pointer,
    hint: first.hint,
  });
}
