import { didYouMean } from "./did-you-mean.ts";
import { error, type Finding, shown } from "./finding.ts";
import { pathOf, pointerOf } from "./pointer.ts";
import type { SchemaError } from "./schema-error.ts";
import { type Shape, shapeAt } from "./shape.ts";

/** What a JSON type is called. */
const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "an integer",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** Fields whose absence managers know by certain words. */
const MISSING: Readonly<Record<string, string>> = {
  cwd: "Cwd property must not be empty",
};

/** Words whose errors runc's own tests know by certain words. */
const MEMORY_POLICY = /^\/linux\/memoryPolicy\/(mode|flag)/;

/** The findings that a validator's errors come to, in their order. */
export function schemaFindings(value: unknown, shape: Shape, errors: readonly SchemaError[]): Finding[] {
  return errors.map((one) => translate(value, shape, one));
}

function translate(document: unknown, shape: Shape, { instancePath, keyword, params }: SchemaError): Finding {
  const path = pathOf(instancePath);
  const value = valueAt(document, path);
  if (keyword === "required") return missing(path, params.missingProperty ?? "");
  if (keyword === "enum") return notOneOf(instancePath, value, shapeAt(shape, path)?.words ?? []);
  if (keyword === "type") return wrongType(instancePath, value, params.type ?? "");
  if (keyword === "minItems") {
    return error(
      instancePath,
      "the list is empty, at least one entry is needed",
      "name one, or remove the whole entry",
    );
  }
  const bound = `${keyword === "minimum" ? "at least" : "at most"} ${boundText(params.limit ?? 0)}`;
  return error(instancePath, `${shown(value)} is out of range`, `use a number that is ${bound}`);
}

/** The schema has 2^63 and 2^64, since a JSON number cannot express the greatest integers below them. */
function boundText(limit: number): string {
  return limit > Number.MAX_SAFE_INTEGER ? String(BigInt(limit) - 1n) : String(BigInt(limit));
}

function missing(path: readonly string[], name: string): Finding {
  return error(pointerOf([...path, name]), MISSING[name] ?? "this field is required", `add "${name}"`);
}

function notOneOf(pointer: string, value: unknown, words: readonly string[]): Finding {
  const meant = typeof value === "string" ? didYouMean(value, words) : undefined;
  const list = words.filter((word) => word !== "").join(", ");
  const hint = meant === undefined ? `use one of ${list}` : `did you mean "${meant}"?`;
  const policy = MEMORY_POLICY.exec(pointer)?.[1];
  if (policy !== undefined) return error(pointer, `invalid memory policy ${policy} ${shown(value)}`, hint);
  return error(pointer, `${shown(value)} is not a value that this field can have`, hint);
}

function wrongType(pointer: string, value: unknown, type: string): Finding {
  const wanted = TYPES[type] ?? type;
  return error(pointer, `expected ${wanted}, found ${shown(value)}`, cureOfType(value, type, wanted));
}

function cureOfType(value: unknown, type: string, wanted: string): string {
  if (value === null) return "leave the field out instead of setting it to null";
  const text = typeof value === "string" ? value : undefined;
  if (type === "integer" && text !== undefined && /^-?[0-9]+$/.test(text))
    return `write it without quotes: ${text}`;
  if (type === "boolean" && (text === "true" || text === "false")) return `write it without quotes: ${text}`;
  if (type === "string" && typeof value === "number") return `write it in quotes: "${value}"`;
  if (type === "array" && text !== undefined) return `write it as a list: [${shown(text)}]`;
  return `write ${wanted}`;
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
