/** Emits the schemas, then the validators that are compiled from them. */
import { writeSchemas } from "./gen-schemas.ts";
import { writeValidators } from "./gen-validators.ts";

writeSchemas("schemas");
await writeValidators("schemas", "src/spec/generated");
