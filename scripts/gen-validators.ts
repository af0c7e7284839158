/**
 * Writes src/spec/generated/: for each document of the specification a validator and the tree of its known keys.
 * The validators are ajv's standalone code with its helpers bundled in; they import nothing.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { type Schema, schemas } from "./gen-schemas.ts";

const FOLDER = "src/spec/generated";

const DECLARATION = `import type { SchemaError } from "../schema-error.ts";

/** True when \`value\` fits the schema; else \`errors\` has what does not fit. */
declare const validate: { (value: unknown): boolean; errors?: SchemaError[] | null };
export default validate;
`;

/** One self-contained module: the code of ajv with its helpers. */
async function validatorOf(schema: Schema): Promise<string> {
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    strict: true,
    code: { source: true, esm: true, optimize: 2 },
  });
  const code = standalone.default(ajv, ajv.compile(schema));
  const bundled = await build({
    stdin: { contents: code, resolveDir: "." },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "error",
  });
  const [file] = bundled.outputFiles;
  if (file === undefined) throw new Error("esbuild made no output");
  return file.text;
}

for (const [name, schema] of schemas()) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/validate-${name}.js`, await validatorOf(schema));
  writeFileSync(`${FOLDER}/validate-${name}.d.ts`, DECLARATION);
}
