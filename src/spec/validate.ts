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
  const fits = validateConfig(value);
  const findings = fits
    ? CHECKS.flatMap((check) => check(value as Spec))
    : schemaFindings(value, shapeOfConfig, validateConfig.errors ?? []);
  return [...findings, ...unknownKeys(value, shapeOfConfig)];
}

/** The same for a process document, as `exec --process` reads it. */
export function validateProcess(value: unknown): Finding[] {
  const fits = validateProcessDocument(value);
  const findings = fits
    ? PROCESS_CHECKS.flatMap((check) => check(value as Process, ""))
    : schemaFindings(value, shapeOfProcess, validateProcessDocument.errors ?? []);
  return [...nulBytes(value, []), ...findings, ...unknownKeys(value, shapeOfProcess)];
}
