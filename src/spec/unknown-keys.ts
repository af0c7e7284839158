import { didYouMean } from "./did-you-mean.ts";
import { type Finding, warning } from "./finding.ts";
import { pointerOf } from "./pointer.ts";
import { type Shape, shapeOfKey } from "./shape.ts";

/** A warning for each property that the specification does not know. SPEC(config#extensibility): never an error. */
export function unknownKeys(value: unknown, shape: Shape): Finding[] {
  const findings: Finding[] = [];
  walk(value, shape, [], findings);
  return findings;
}

function walk(value: unknown, shape: Shape, path: string[], findings: Finding[]): void {
  if (typeof value !== "object" || value === null) return;
  // A list where the schema wants an object has no keys to know.
  if (Array.isArray(value) && shape.each === undefined) return;
  for (const key in value) {
    const known = shape.each ?? shapeOfKey(shape, key);
    if (known === null) continue;
    path.push(key);
    if (known !== undefined) walk((value as Record<string, unknown>)[key], known, path, findings);
    else if (shape.keys !== undefined) findings.push(unknownKey(path, key, shape.keys));
    path.pop();
  }
}

function unknownKey(path: readonly string[], key: string, keys: object): Finding {
  const meant = didYouMean(key, Object.keys(keys));
  return warning(
    pointerOf(path),
    "the specification has no such field, so it is ignored",
    meant === undefined ? undefined : `did you mean ${JSON.stringify(meant)}?`,
  );
}
