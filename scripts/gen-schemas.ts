/** Writes schemas/*.schema.json, the JSON Schemas of the documents of the specification, from the zod definitions. */
import { mkdirSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { config } from "../src/spec/definitions/config.ts";
import { process as processDocument } from "../src/spec/definitions/process.ts";
import { features, state } from "../src/spec/definitions/state.ts";

const FOLDER = "schemas";
const DOCUMENTS = { config, process: processDocument, state, features };

/** A JSON Schema, as far as it is looked into here. */
export type Schema = Record<string, unknown>;

/** The JSON Schema of a definition. Unknown properties are allowed: SPEC(config#extensibility) wants them ignored. */
function schemaOf(definition: z.ZodType): Schema {
  return z.toJSONSchema(definition, {
    target: "draft-07",
    io: "input",
    override: ({ jsonSchema }) => {
      // The bounds say more than zod's own integer type would: it knows nothing beyond 2^53.
      if (jsonSchema.multipleOf === 1) {
        jsonSchema.type = "integer";
        delete jsonSchema.multipleOf;
      }
      delete jsonSchema.id;
      delete jsonSchema.propertyNames;
    },
  }) as Schema;
}

/** The schemas by the name of the document. */
export function schemas(): Map<string, Schema> {
  return new Map(Object.entries(DOCUMENTS).map(([name, definition]) => [name, schemaOf(definition)]));
}

/** The text of a schema's file. */
export function schemaText(schema: Schema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (process.argv.includes("--write")) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, schema] of schemas()) writeFileSync(`${FOLDER}/${name}.schema.json`, schemaText(schema));
}
