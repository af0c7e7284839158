import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import t from "tap";
import { type Schema, schemas, schemaText } from "../../scripts/gen-schemas.ts";
import { features } from "../../src/runtime/features.ts";
import { goodConfig, namesIn } from "./fixtures.ts";

const ajv = new Ajv({ strict: true });

t.test("the schemas that are checked in are what the definitions emit", async (t) => {
  for (const [name, schema] of schemas()) {
    t.equal(readFileSync(`schemas/${name}.schema.json`, "utf8"), schemaText(schema), name);
  }
});

t.test("they are schemas, and allow properties that nobody knows", async (t) => {
  for (const [name, schema] of schemas()) {
    t.ok(ajv.compile(schema), name);
    t.notMatch(schemaText(schema), /"additionalProperties": false/, name);
  }
  const config = ajv.compile(schemas().get("config") ?? {});
  for (const name of namesIn("good")) t.ok(config({ ...(goodConfig(name) as object), newField: {} }), name);
});

t.test("every definition says what it is", async (t) => {
  const silent: string[] = [];
  const look = (schema: Schema, at: string): void => {
    const words = schema.title ?? schema.description ?? schema.$ref ?? schema.allOf ?? schema.enum;
    if (words === undefined) silent.push(at);
    const inner = { ...(schema.properties ?? {}), ...(schema.definitions ?? {}) };
    for (const [name, one] of Object.entries(inner)) look(one as Schema, `${at}/${name}`);
  };
  for (const name of ["config", "process"]) look(schemas().get(name) ?? {}, name);
  const numbers = /\/(major|minor|priority)$/;
  t.same(
    silent.filter((at) => !numbers.test(at) && !/\/(namespaces|rlimits|flags|syscalls|priorities)$/.test(at)),
    [
      "config/linux/resources/devices",
      "config/linux/resources/blockIO/weightDevice",
      "config/linux/resources/hugepageLimits",
    ],
  );
});

t.test("state and features", async (t) => {
  const state = ajv.compile(schemas().get("state") ?? {});
  const good = { ociVersion: "1.3.0", id: "c", status: "running", pid: 5, bundle: "/b" };
  t.ok(state(good));
  t.ok(state({ ...good, status: "stopped", pid: 0, annotations: { a: "b" }, rootfs: "/b/rootfs" }));
  t.notOk(state({ ...good, status: "dead" }));
  t.notOk(state({ ...good, pid: -1 }));
  t.notOk(state({ ...good, bundle: undefined }));
  const validate = ajv.compile(schemas().get("features") ?? {});
  t.ok(validate(JSON.parse(JSON.stringify(features()))));
  t.notOk(validate({ ociVersionMin: "1.0.0" }));
});
