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
  if (!validateConfig(value)) return schemaFindings(value, shapeOfConfig, validateConfig.errors ?? []);
  const spec = value as Spec;
  return [...CHECKS.flatMap((check) => check(spec)), ...unknownKeys(value, shapeOfConfig)];
}

/** The same for a process document, as `exec --process` reads it. */
export function validateProcess(value: unknown): Finding[] {
  if (!validateProcessDocument(value)) {
    return schemaFindings(value, shapeOfProcess, validateProcessDocument.errors ?? []);
  }
  const process = value as Process;
  const checked = PROCESS_CHECKS.flatMap((check) => check(process, ""));
  return [...nulBytes(value, []), ...checked, ...unknownKeys(value, shapeOfProcess)];
}
