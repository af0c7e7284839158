/** Checks of Intel RDT classes. SPEC(config-linux#intelrdt) */
import { error, type Finding, shown, warning } from "../finding.ts";
import type { Spec } from "../types.ts";

const AT = "/linux/intelRdt";

/** SAFETY: the class is a directory of resctrl, so its name must not lead elsewhere. */
export function classIsAName(spec: Spec): Finding[] {
  const { closID } = spec.linux?.intelRdt ?? {};
  if (closID === undefined || closID === "/") return [];
  if (closID !== "" && closID !== "." && closID !== ".." && !/[/\n]/.test(closID)) return [];
  return [
    error(`${AT}/closID`, `${shown(closID)} is no name of a class`, 'use a plain name, or "/" for the root'),
  ];
}

/** Each element is one line of the schemata file. */
export function schemataAreLines(spec: Spec): Finding[] {
  const { schemata = [], l3CacheSchema, memBwSchema } = spec.linux?.intelRdt ?? {};
  const texts: [string, string | undefined][] = [
    ["l3CacheSchema", l3CacheSchema],
    ["memBwSchema", memBwSchema],
    ...schemata.map((line, i): [string, string] => [`schemata/${i}`, line]),
  ];
  return texts.flatMap(([field, text]) => {
    if (text?.includes("\n") !== true) return [];
    return [
      error(`${AT}/${field}`, `${shown(text)} holds a newline`, "put each line into schemata by itself"),
    ];
  });
}

export function schemasHavePrefixes(spec: Spec): Finding[] {
  const { l3CacheSchema, memBwSchema } = spec.linux?.intelRdt ?? {};
  const findings: Finding[] = [];
  if (memBwSchema !== undefined && !memBwSchema.startsWith("MB:")) {
    findings.push(
      error(`${AT}/memBwSchema`, `${shown(memBwSchema)} does not start with MB:`, "put MB: in front"),
    );
  }
  if (l3CacheSchema !== undefined && !l3CacheSchema.startsWith("L3:")) {
    findings.push(
      warning(`${AT}/l3CacheSchema`, `${shown(l3CacheSchema)} does not start with L3:`, "put L3: in front"),
    );
  }
  return findings;
}
