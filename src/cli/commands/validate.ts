import { openBundle, readConfig } from "../../runtime/bundle.ts";
import type { Finding } from "../../spec/validate.ts";
import type { CommandCall } from "../command-call.ts";
import { oneLine } from "../log-record.ts";
import { textOf } from "../option-values.ts";

/** Prints everything that is wrong or odd about a bundle's config.json; the status is 1 when there is an error. */
export function validateCommand({ rt, options, output }: CommandCall): number {
  const bundle = openBundle(rt, textOf(options, "bundle") ?? ".");
  const { findings } = readConfig(rt, bundle);
  const json = textOf(options, "format") === "json";
  output.print(json ? `${JSON.stringify(findings, null, 2)}\n` : findingsText(findings));
  return findings.some((finding) => finding.severity === "error") ? 1 : 0;
}

/** One line for each finding, and a last one that counts them. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map(({ severity, pointer, message, hint }) =>
    oneLine(`${severity}: ${pointer}: ${message}${hint === undefined ? "" : `; ${hint}`}`),
  );
  const count = (severity: Finding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return [...lines, `config.json: ${count("error")} errors, ${count("warning")} warnings`, ""].join("\n");
}
