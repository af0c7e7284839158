import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { Ajv } from "ajv";
import { transformSync } from "esbuild";
import t from "tap";
import { type Schema, schemas } from "../../scripts/gen-schemas.ts";
import validateConfig from "../../src/spec/generated/validate-config.js";
import { goodConfig, mutants, namesIn } from "./fixtures.ts";

t.test("a generated validator says what ajv says", async (t) => {
  const ajv = new Ajv({ allErrors: true, strict: true });
  const reference = ajv.compile(schemas().get("config") as Schema);
  let compared = 0;
  for (const name of ["every-field", "runc-spec-rootless"]) {
    for (const mutant of mutants(goodConfig(name))) {
      const wanted = reference(mutant) ? [] : (reference.errors ?? []);
      const found = validateConfig(mutant) ? [] : (validateConfig.errors ?? []);
      const same = JSON.stringify(found.map(({ instancePath, keyword }) => [instancePath, keyword]));
      compared++;
      if (same === JSON.stringify(wanted.map(({ instancePath, keyword }) => [instancePath, keyword])))
        continue;
      t.same(found, wanted, JSON.stringify(mutant));
    }
  }
  t.ok(compared > 1000, `${compared} configs`);
});

t.test("a generated validator needs nothing but ECMAScript", async (t) => {
  for (const name of ["config", "process"]) {
    const source = readFileSync(`src/spec/generated/validate-${name}.js`, "utf8");
    t.notMatch(source, /\bimport\b|\brequire\b|schemaPath/, name);
    const { code } = transformSync(source, { format: "iife", globalName: "validator" });
    const validate = runInNewContext(`${code};validator.default`, Object.create(null));
    t.equal(validate({}), false);
    t.ok(validate.errors.length > 0);
    const good = goodConfig("docker") as { process: unknown };
    t.equal(validate(name === "config" ? good : good.process), true);
  }
});

t.test("configs that are good are so for the generated validator", async (t) => {
  for (const name of namesIn("good")) t.ok(validateConfig(goodConfig(name)), name);
});
