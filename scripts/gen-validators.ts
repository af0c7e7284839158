/**
 * Writes src/spec/generated/: for each document that is read a validator (ajv's standalone code, which
 * imports nothing) and its shape, the known keys and the words of each enumeration.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import type { Shape } from "../src/spec/shape.ts";
import { type Schema, schemas } from "./gen-schemas.ts";

const FOLDER = "src/spec/generated";
/** The documents that the runtime reads; it writes the others. */
const READ = ["config", "process"];

const VALIDATOR_TYPES = `import type { SchemaError } from "../schema-error.ts";

/** True when \`value\` fits the schema; else \`errors\` says what does not. */
declare const validate: { (value: unknown): boolean; errors?: SchemaError[] | null };
export default validate;
`;

const SHAPE_TYPES = `import type { Shape } from "../shape.ts";

declare const shape: Shape;
export default shape;
`;

/** How ajv writes the recording of an error; five of its lines become one call, which halves the code. */
const RECORDING =
  /const (err\d+) = \{instancePath(?::(.*?))?,schemaPath:.*?,keyword:(".*?"),params:(\{.*?\})\};if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}/g;

const REPORT = `
function report(list, instancePath, keyword, params) {
  const error = { instancePath, keyword, params };
  if (list === null) return [error];
  list.push(error);
  return list;
}`;

/** ajv's code for a schema. The words of an enumeration are left out of its errors: the shape has them. */
function validatorSource(schema: Schema): string {
  const ajv = new Ajv({ allErrors: true, messages: false, strict: true, code: { source: true, esm: true } });
  const code = standalone.default(ajv, ajv.compile(schema));
  const short = code.replace(RECORDING, (_, _name, path, keyword, params) => {
    const rest = keyword === '"enum"' ? "{}" : params;
    return `vErrors=report(vErrors,${path ?? "instancePath"},${keyword},${rest});`;
  });
  if (short.includes("schemaPath")) throw new Error("ajv writes errors in another way: adapt RECORDING");
  return short + REPORT;
}

/** One module without imports. */
async function bundle(source: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: "." },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    minify: true,
    logLevel: "error",
  });
  return result.outputFiles.map((file) => file.text).join("");
}

/** The shape of a schema; null where any value is let through. */
function shapeOf(schema: Schema, root: Schema): Shape | null {
  if (typeof schema.$ref === "string") {
    const definitions = root.definitions as Record<string, Schema>;
    const target = definitions[schema.$ref.slice("#/definitions/".length)];
    if (target === undefined) throw new Error(`${schema.$ref} is not defined`);
    return shapeOf(target, root);
  }
  if (schema.enum !== undefined) return { words: schema.enum as string[] };
  if (schema.properties !== undefined) {
    const properties = Object.entries(schema.properties as Record<string, Schema>);
    // A loose object names nothing and takes everything.
    if (properties.length === 0) return null;
    return { keys: Object.fromEntries(properties.map(([name, inner]) => [name, shapeOf(inner, root)])) };
  }
  const inner = (schema.items ?? schema.additionalProperties) as Schema | undefined;
  const each = inner === undefined ? null : shapeOf(inner, root);
  return each === null ? null : { each };
}

mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) rmSync(`${FOLDER}/${name}`);
for (const [name, schema] of schemas()) {
  if (!READ.includes(name)) continue;
  writeFileSync(`${FOLDER}/validate-${name}.js`, await bundle(validatorSource(schema)));
  writeFileSync(`${FOLDER}/validate-${name}.d.ts`, VALIDATOR_TYPES);
  writeFileSync(`${FOLDER}/shape-${name}.js`, `export default ${JSON.stringify(shapeOf(schema, schema))};\n`);
  writeFileSync(`${FOLDER}/shape-${name}.d.ts`, SHAPE_TYPES);
}
