import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import t, { type Test } from "tap";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../integration/lab.ts";
import { canLink } from "./compile.ts";
import { BINARY_CORE, build, cannotBuild, must } from "./quickjs-build.ts";
import { type Ended, runProgram } from "./quickjs-run.ts";

const OUT = "build/quickjs-sanitized";
const BOOT = resolve(`${OUT}/runt-boot`);
const STRESS = resolve(`${OUT}/stress`);
const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];
/** Without optimisation the engine compiles in a third of the time. */
const FLAGS = ["-g", "-O0", ...SANITIZE];
const skip =
  cannotBuild ||
  (!canLink("gcc", [...SANITIZE, "-lseccomp"], "int main(void) { return 0; }") &&
    "gcc cannot link sanitizers and libseccomp");

/** Builds runt-boot, and the same on the allocator of quickjs-main.c as stress. */
function buildSanitized(): void {
  const variables = ["CC=gcc", "HEADERS=", `CHECKS=${FLAGS.join(" ")}`];
  build({
    out: OUT,
    core: BINARY_CORE,
    target: "boot",
    variables,
    sameEngine: false,
  });
  const parts = ["engine", "native", "seccomp", "init-image", "core"];
  const engine = ["quickjs", "libregexp", "libunicode", "dtoa"];
  const objects = [
    ...[...parts, ...engine.map((name) => `engine/${name}`)].map((name) => `${OUT}/${name}.o`),
    ...["interpreter", "check", "syscall", "library"].map((name) => `build/native/static/${name}.o`),
  ];
  const quickjs = must("bash", ["scripts/fetch-quickjs.sh"]).trim();
  const main = [
    "-std=gnu11",
    "-D_GNU_SOURCE",
    "-no-pie",
    "-fno-pie",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Inative/quickjs",
  ];
  const libraries = ["-lseccomp", "-lm"];
  const from = ["test/native/quickjs-main.c", ...objects, ...libraries];
  must("gcc", [...main, ...FLAGS, "-isystem", quickjs, "-o", STRESS, ...from]);
}

const folder = makeFolder("sanitize");
const rt = makeRuntime(join(folder, "state"));
mkdirSync(rt.root);
t.teardown(() => clean(folder));

/** Runs runt with its state root; the process ends without freeing its memory. */
function runt(program: string, args: string[], env: Record<string, string> = {}): Ended {
  return runProgram(program, ["--root", rt.root, ...args], { ...env, ASAN_OPTIONS: "detect_leaks=0" });
}

/** Asserts that a command did what it had to do and that no sanitizer said anything. */
function expect(t: Test, ended: Ended, status: number, stderr: RegExp, what: string): void {
  t.equal(ended.status, status, `${what}: status`);
  t.match(ended.stderr, stderr, `${what}: standard error`);
  t.notMatch(ended.stderr, /Sanitizer|runtime error/, `${what}: sanitizers`);
}

const NOTHING = /^$/;
const ONE_LINE = /^[^\n]+\n$/;
/** Warnings and one error. */
const REFUSED = /^(time="[^\n]*" level=warning [^\n]*\n)*runt create failed: [^\n]+\n$/;
const OUT_OF_MEMORY = /^[^\n]*(out of memory|not enough memory)[^\n]*\n$/;
/** Of some allocations quickjs-ng 0.17 believes that they cannot fail. */
const ENGINE_CRASH = /\/quickjs\.c:\d+:\d+: runtime error: member access within null pointer/;

/** A bundle named `name` of which config.json has the text `config`. */
function bundleOf(name: string, config: string): string {
  const bundle = join(folder, name);
  mkdirSync(bundle);
  writeFileSync(join(bundle, "config.json"), config);
  return bundle;
}

t.test("the embedding under the sanitizers", { skip }, (t) => {
  buildSanitized();
  const bundle = makeBundle(join(folder, "bundle"), ["/bin/true"]);
  const id = `sanitize-${process.pid}`;

  t.test("commands that start nothing", (t) => {
    expect(t, runt(BOOT, ["--version"]), 0, NOTHING, "--version");
    mkdirSync(join(folder, "empty"));
    expect(t, runt(BOOT, ["spec", "--bundle", join(folder, "empty")]), 0, NOTHING, "spec");
    expect(t, runt(BOOT, ["validate", "--bundle", bundle]), 0, NOTHING, "validate");
    expect(t, runt(BOOT, ["explain", "--bundle", bundle]), 0, NOTHING, "explain");
    expect(t, runt(BOOT, ["list"]), 0, NOTHING, "list");
    expect(t, runt(BOOT, ["features"]), 0, NOTHING, "features");
    t.end();
  });

  t.test("configs that are refused", (t) => {
    const broken = bundleOf("broken", '{"ociVersion": "1.0.2", "process": {"args": [');
    const wrong = bundleOf("wrong", '{"ociVersion": 7, "process": {"cwd": [], "ä": "\\ud800"}}');
    const deep = bundleOf("deep", "[".repeat(100_000));
    const notText = bundleOf("not-text", "");
    writeFileSync(
      join(notText, "config.json"),
      Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0xff, 0x22, 0x3a]),
    );
    for (const refused of [broken, wrong, deep, notText]) {
      expect(t, runt(BOOT, ["create", "--bundle", refused, id]), 1, REFUSED, refused);
    }
    t.end();
  });

  t.test("a container's whole life", { skip: !isRoot && "needs root" }, (t) => {
    expect(t, runt(BOOT, ["run", "--bundle", bundle, id]), 0, NOTHING, "run");
    expect(t, runt(BOOT, ["create", "--bundle", bundle, id]), 0, NOTHING, "create");
    expect(t, runt(BOOT, ["exec", id, "/bin/false"]), 1, NOTHING, "exec");
    expect(t, runt(BOOT, ["start", id]), 0, NOTHING, "start");
    expect(t, runt(BOOT, ["delete", "--force", id]), 0, NOTHING, "delete");
    t.same(leftovers(rt, id), []);
    t.end();
  });

  t.test("the collector runs before each new object", (t) => {
    const env = { RUNT_TEST_COLLECT: "1" };
    expect(t, runt(STRESS, ["--version"], env), 0, NOTHING, "--version");
    expect(t, runt(STRESS, ["state", "nothing"], env), 1, ONE_LINE, "state");
    mkdirSync(join(folder, "collected"));
    expect(t, runt(STRESS, ["spec", "--bundle", join(folder, "collected")], env), 0, NOTHING, "spec");
    const tiny = bundleOf("tiny", '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}');
    expect(t, runt(STRESS, ["validate", "--bundle", tiny], env), 0, NOTHING, "validate");
    t.end();
  });

  t.test("memory runs out at any moment of create", { skip: !isRoot && "needs root" }, (t) => {
    /** Lets allocation `n` of create fail; false when create makes less. */
    const fails = (n: number): boolean => {
      const ended = runt(STRESS, ["create", "--bundle", bundle, id], { RUNT_TEST_FAIL: `${n}` });
      const what = `allocation ${n}`;
      const crashed = ENGINE_CRASH.test(ended.stderr);
      if (ended.status === 0 || crashed) {
        // The engine can do without some of its memory. What a crash has left is there for delete.
        expect(t, runt(BOOT, ["delete", "--force", id]), 0, NOTHING, what);
      } else {
        expect(t, ended, 1, OUT_OF_MEMORY, what);
      }
      t.same(leftovers(rt, id), [], `${what}: nothing is left`);
      return ended.stdout !== "";
    };
    let last = 1;
    while (fails(last)) last = Math.ceil(last * 1.3);
    // The machine is changed in the last part only.
    for (let i = 1; i < 24; i++) fails(Math.round(last * (1 / 2 + i / 48)));
    t.end();
  });
  t.end();
});
