import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import t, { type Test } from "tap";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../integration/lab.ts";
import { BINARY_CORE, build, cannotBuild } from "./quickjs-build.ts";
import { type Ended, runLimited, runProgram } from "./quickjs-run.ts";

const RUNT = resolve("build/runt");
const folder = makeFolder("limits");
const rt = makeRuntime(join(folder, "state"));
mkdirSync(rt.root);
t.teardown(() => clean(folder));

/** Asserts that a command failed with one line on standard error and nothing on standard output. */
function fails(t: Test, { status, stdout, stderr }: Ended, line: RegExp, what: string): void {
  t.equal(status, 1, `${what}: status`);
  t.equal(stdout, "", `${what}: standard output`);
  t.match(stderr, line, what);
  t.match(stderr, /^[^\n]+\n$/, `${what}: one line`);
}

/** A bundle whose config.json has `value` as the value of an unknown field. */
function bundleWith(name: string, value: string): string {
  const bundle = makeBundle(join(folder, name), ["/bin/true"]);
  const path = join(bundle, "config.json");
  writeFileSync(path, `${readFileSync(path, "utf8").slice(0, -1)},"org.example":${value}}`);
  return bundle;
}

const EXHAUSTED =
  /^runt: not enough memory or stack for the JavaScript engine; raise the limits .*ulimit -s\)/;
const OUT_OF_MEMORY =
  /^runt create failed: out of memory: .*; make config\.json smaller, or raise .*\(ulimit -v\)$/m;
const OUT_OF_STACK =
  /^runt create failed: out of stack: .*; make config\.json flatter, or raise .*\(ulimit -s\)$/m;

t.test("little memory for the engine", { skip: cannotBuild }, (t) => {
  const out = "build/quickjs-small";
  build({ out, core: BINARY_CORE, variables: ["CHECKS=-DHEAP_LIMIT='((size_t)8<<20)'"] });
  const create = (bundle: string) =>
    runProgram(resolve(`${out}/runt`), [
      "--root",
      rt.root,
      "create",
      "--bundle",
      bundle,
      `limits-${process.pid}`,
    ]);
  fails(
    t,
    create(bundleWith("arrays", `[${"[[]],".repeat(100_000)}0]`)),
    OUT_OF_MEMORY,
    "a config of many arrays",
  );
  fails(
    t,
    create(bundleWith("text", `"${"ä".repeat(4 << 20)}"`)),
    OUT_OF_MEMORY,
    "a config of one long text",
  );
  t.same(leftovers(rt, `limits-${process.pid}`), []);
  t.end();
});

t.test("little address space", { skip: cannotBuild }, (t) => {
  const bundle = makeBundle(join(folder, "address-space"), ["/bin/true"]);
  const outcomes: string[] = [];
  for (let size = 2048; size <= 8192; size += 128) {
    const ended = runLimited(`-v ${size}`, RUNT, ["validate", "--bundle", bundle]);
    // KERNEL: a program that does not fit is killed by execve, before it can say anything.
    if (typeof ended.status === "string") outcomes.push("killed");
    else if (ended.status === 0) outcomes.push("done");
    else {
      fails(t, ended, /out of memory|not enough memory/, `${size} kB`);
      outcomes.push("refused");
    }
  }
  const changes = outcomes.filter((outcome, i) => outcome !== outcomes[i - 1]);
  t.same(changes, ["killed", "refused", "done"]);
  t.end();
});

t.test("values that nest", { skip: cannotBuild }, (t) => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const create = (bundle: string) => ["--root", rt.root, "create", "--bundle", bundle, "limits-nothing"];
  const deepest = bundleWith("deepest", nested(511));
  const { status } = runProgram(RUNT, ["validate", "--bundle", deepest]);
  t.equal(status, 0, "512 levels are read");
  for (const depth of [512, 5000, 1_000_000]) {
    const ended = runProgram(RUNT, create(bundleWith(`deep-${depth}`, nested(depth))));
    fails(t, ended, /config\.json: line 1, column \d+: expected at most 512 levels/, `${depth} levels`);
  }
  fails(t, runLimited("-s 256", RUNT, create(deepest)), OUT_OF_STACK, "512 levels with a stack of 256 kB");
  t.end();
});

t.test("a small stack", { skip: cannotBuild }, (t) => {
  for (const size of [256, 128, 64]) {
    const state = runLimited(`-s ${size}`, RUNT, ["--root", rt.root, "state", "nothing"]);
    fails(t, state, /^container does not exist: nothing /, `${size} kB: state`);
  }
  const starts = new Set<string | undefined>();
  for (let length = 20_000; length <= 52_000; length += 1000) {
    const ended = runLimited("-s 64", RUNT, ["--root", rt.root, "state", "x".repeat(length)]);
    const line = /^(invalid container ID|out of stack|runt: not enough)/;
    fails(t, ended, line, `${length} bytes of arguments`);
    starts.add(line.exec(ended.stderr)?.[0]);
  }
  t.ok(starts.has("invalid container ID"), "arguments that leave half of the stack");
  t.ok(starts.has("runt: not enough"), "arguments that leave next to nothing");
  t.end();
});

t.test("a container with a small stack", { skip: cannotBuild || (!isRoot && "needs root") }, (t) => {
  const bundle = makeBundle(join(folder, "bundle"), ["/bin/true"]);
  const id = `limits-${process.pid}`;
  const { status, stderr } = runLimited("-s 256", RUNT, ["--root", rt.root, "run", "--bundle", bundle, id]);
  t.equal(stderr, "");
  t.equal(status, 0);
  t.same(leftovers(rt, id), []);
  t.end();
});

t.test("a core that throws", { skip: cannotBuild }, (t) => {
  const out = "build/quickjs-throwing";
  const core = `${out}/core.js`;
  mkdirSync(out, { recursive: true });
  const throws = {
    error: "throw new TypeError('the\\nmessage')",
    null: "throw null",
    text: "throw 'only text'",
    memory: "const all = []; for (;;) all.push(new Uint8Array(1 << 20))",
    recursion: "const again = (n) => again(n + 1) + 1; again(0)",
    object: "throw { toString() { throw new Error('again') } }",
  };
  const cases = Object.entries(throws).map(([name, code]) => `${name}() { ${code} }`);
  writeFileSync(
    core,
    `var runt = { precompile() {}, adopt() {}, start(native) { ({ ${cases.join(",\n")} })[native.argv[1]](); } };\n`,
  );
  build({ out, core });
  const start = (name: string) => runProgram(resolve(`${out}/runt`), [name]);
  fails(t, start("error"), /^runt: internal error: TypeError: the$/m, "an error");
  fails(t, start("text"), /^runt: internal error: only text$/m, "a text");
  for (const name of ["null", "memory", "recursion", "object"]) fails(t, start(name), EXHAUSTED, name);
  t.end();
});
