import t from "tap";
import { CHECKS } from "../../src/spec/checks/index.ts";
import { PROCESS_CHECKS } from "../../src/spec/checks/process.ts";
import type { Finding } from "../../src/spec/finding.ts";
import type { Spec } from "../../src/spec/types.ts";
import { validateProcess, validateSpec } from "../../src/spec/validate.ts";
import { badConfigs, configOf, goodConfig, lineOf, mutants, namesIn } from "./fixtures.ts";

t.test("configs as managers write them have no finding", async (t) => {
  for (const name of namesIn("good")) t.same(validateSpec(goodConfig(name)).map(lineOf), [], name);
});

for (const topic of namesIn("bad")) {
  t.test(`what is said about bad configs: ${topic}`, async (t) => {
    for (const bad of badConfigs(topic))
      t.same(validateSpec(configOf(bad)).map(lineOf), bad.findings, bad.name);
  });
}

t.test("every check is tripped by a bad config", async (t) => {
  const configs = namesIn("bad").flatMap((topic) =>
    badConfigs(topic)
      .map(configOf)
      .filter((config) => validateSpec(config).every(({ message }) => !message.includes("expected")))
      .map((config) => config as Spec),
  );
  const tripped = (check: (spec: Spec) => unknown[]): boolean =>
    configs.some((config) => {
      try {
        return check(config).length > 0;
      } catch {
        // A config that does not fit the schema may break a check.
        return false;
      }
    });
  for (const check of CHECKS) t.ok(tripped(check), check.name);
  for (const check of PROCESS_CHECKS) {
    t.ok(
      tripped(({ process }) => (process === undefined ? [] : check(process, "/process"))),
      check.name,
    );
  }
});

t.test("what is no object at all", async (t) => {
  for (const value of [null, 5, "x", [], true]) {
    const [finding, ...more] = validateSpec(value);
    t.match(finding, { severity: "error", code: "SPEC_INVALID", pointer: "" });
    t.match(finding?.message, /^the document: expected an object, found /);
    t.same(more, []);
  }
});

t.test("versions of the specification", async (t) => {
  const errors = (ociVersion: string): number =>
    validateSpec({ ...(goodConfig("smallest") as object), ociVersion }).length;
  for (const version of ["1.0.0", "1.0.0-rc5", "1.0.2-dev", "1.3.0+build.7", "1.99.5-alpha.1.x-y+z"]) {
    t.equal(errors(version), 0, version);
  }
  for (const version of ["", "1", "1.2", "v1.2.0", "1.2.0-", "1.2.0-01", "0.9.0", "10.0.0", "1.2.0 "]) {
    t.equal(errors(version), 1, version);
  }
});

t.test("a process document", async (t) => {
  const good = goodConfig("docker") as Spec;
  t.same(validateProcess(good.process), []);
  t.same(validateProcess({ args: ["x\0"], cwd: "x", evn: [] }).map(lineOf), [
    'error /args/0: args[0]: "x\\u0000" holds a NUL byte; remove the byte',
    'error /cwd: cwd: Cwd must be an absolute path, not "x"; begin it with /',
    'warning /evn: evn: the specification has no such field, so it is ignored; did you mean "env"?',
  ]);
  t.same(validateProcess({ cwd: 1 }).map(lineOf), [
    'error /cwd: cwd: expected a string, found 1; write it in quotes: "1"',
  ]);
});

t.test("keys that objects have by themselves do no harm", async (t) => {
  const text =
    '{"__proto__":{"ociVersion":1},"linux":{"sysctl":{"__proto__":"1"},"__proto__":{"resources":5}}}';
  const value = { ...(goodConfig("smallest") as object), ...JSON.parse(text) };
  const lines = validateSpec(JSON.parse(text)).map(lineOf);
  t.ok(lines.some((line) => line.startsWith("error /ociVersion: ")));
  t.ok(lines.some((line) => line.startsWith("warning /__proto__: ")));
  t.notOk(lines.some((line) => line.includes("resources")));
  t.equal(Object.getPrototypeOf(value), Object.prototype);
  const sysctl = { linux: JSON.parse('{"sysctl":{"__proto__":"1"}}') };
  const finding = validateSpec({ ...(goodConfig("smallest") as object), ...sysctl }).map(lineOf);
  t.match(finding[0], /^error \/linux\/sysctl\/__proto__: .*is not in a separate kernel namespace/);
});

t.test("a config full of faults is told about once per place", async (t) => {
  const rlimits = Array.from({ length: 1000 }, () => ({ type: 5, soft: "x" }));
  const findings = validateSpec({ ...(goodConfig("smallest") as object), process: { cwd: "/", rlimits } });
  t.equal(new Set(findings.map(({ pointer }) => pointer)).size, findings.length);
  t.equal(findings.length, 3000);
});

t.test("whatever stands in a place, it is told on one line, once, in plain words", async (t) => {
  const odd: string[] = [];
  const look = (findings: readonly Finding[]): void => {
    const places = new Set(findings.map(({ pointer }) => pointer));
    if (places.size < findings.length) odd.push(`twice: ${findings.map(lineOf).join(" | ")}`);
    for (const finding of findings) {
      if (/[\n\0]|undefined|NaN|\[object|must have|must be (?:string|object)/.test(lineOf(finding))) {
        odd.push(lineOf(finding));
      }
    }
  };
  let looked = 0;
  for (const name of ["every-field", "runc-spec-rootless", "docker-userns"]) {
    const good = goodConfig(name) as Spec;
    for (const mutant of mutants(good)) look(validateSpec(mutant));
    for (const mutant of mutants(good.process)) look(validateProcess(mutant));
    for (const _ of mutants(good)) looked++;
  }
  t.ok(looked > 5000, `${looked} configs`);
  t.same(odd, []);
});

t.test("the time grows with the length of the config, not faster", async (t) => {
  const small = goodConfig("smallest") as Spec;
  const list = <X>(make: (i: number) => X): X[] => Array.from({ length: 5000 }, (_, i) => make(i));
  const mount = (i: number): object => ({
    destination: `/m/${i}`,
    type: "bind",
    source: "/",
    options: ["rbin"],
  });
  const device = (i: number): object => ({ path: `/dev/${i}`, type: "c", major: 1, minor: i });
  const cases: [string, object][] = [
    ["mounts", { ...small, mounts: list(mount) }],
    ["devices", { ...small, linux: { ...small.linux, devices: list(device) } }],
    ["env", { ...small, process: { ...small.process, env: list((i) => `A${i}=${"x".repeat(1000)}`) } }],
    ["unknown", { ...small, ...Object.fromEntries(list((i) => [`${"key".repeat(20)}${i}`, 1])) }],
  ];
  for (const [name, config] of cases) {
    const from = performance.now();
    validateSpec(config);
    // About 50 ms; the square of the length would be minutes.
    t.ok(performance.now() - from < 5000, name);
  }
});
