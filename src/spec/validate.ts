import { nulBytes } from "./checks/document.ts";
import { CHECKS } from "./checks/index.ts";
import { PROCESS_CHECKS } from "./checks/process.ts";
import type { Finding } from "./finding.ts";
import shapeOfConfig from "./generated/shape-config.js";
import shapeOfProcess from "./generated/shape-process.js";
import validateConfig from "./generated/validate-config.js";
import validateProcessDocument from "./generated/validate-process.js";
import { schemaFindings } from "./schema-findings.ts";
import type { Process, Spec } from "./types.ts";
import { unknownKeys } from "./unknown-keys.ts";

export type { Finding };

/**
 * Everything that is wrong or odd about a parsed config.json: what does not fit the schema, or else what the semantic
 * checks find; and the fields that nobody knows. Without an error among the findings, `value` is a Spec.
 */
export function validateSpec(value: unknown): Finding[] {
  const findings = validateConfig(value)
    ? CHECKS.flatMap((check) => check(value as Spec))
    : schemaFindings(value, shapeOfConfig, validateConfig.errors ?? []);
  return onePerPlace([...findings, ...unknownKeys(value, shapeOfConfig)]);
}

/** The same for a process document, as `exec --process` reads it. */
export function validateProcess(value: unknown): Finding[] {
  const findings = validateProcessDocument(value)
    ? [...nulBytes(value, []), ...PROCESS_CHECKS.flatMap((check) => check(value as Process, ""))]
    : schemaFindings(value, shapeOfProcess, validateProcessDocument.errors ?? []);
  return onePerPlace([...findings, ...unknownKeys(value, shapeOfProcess)]);
}

/**
 * The first error of each place, or else its first warning: a value that is wrong in itself breaks further rules, which
 * is no news.
 */
function onePerPlace(findings: readonly Finding[]): Finding[] {
  const chosen = new Map<string, Finding>();
  for (const finding of findings) {
    const before = chosen.get(finding.pointer)?.severity;
    if (before === undefined || (before === "warning" && finding.severity === "error")) {
      chosen.set(finding.pointer, finding);
    }
  }
  return [...chosen.values()];
}
