/** The heap's image, whose references are not counted (native/quickjs/immortal.h). */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import t from "tap";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../integration/lab.ts";
import { BINARY_CORE, build, cannotBuild } from "./quickjs-build.ts";
import { runProgram } from "./quickjs-run.ts";

const RUNT = resolve("build/runt");
const needsRoot = !isRoot && "needs root";
const folder = makeFolder("immortal");
const rt = makeRuntime(join(folder, "state"));
mkdirSync(rt.root);
t.teardown(() => clean(folder));

/** A field of /proc/<pid>/smaps in kB, for the mapping that begins at the image's address (Makefile). */
function ofImage(pid: number, field: string): number {
  const smaps = readFileSync(`/proc/${pid}/smaps`, "utf8");
  const mapping = smaps.slice(smaps.search(/^0*10000000-/m));
  return Number(new RegExp(`^${field}: +(\\d+) kB$`, "m").exec(mapping)?.[1]);
}

t.test("most pages of the image are never copied", { skip: cannotBuild || needsRoot }, async (t) => {
  const id = `immortal-${process.pid}`;
  const bundle = makeBundle(join(folder, "waits"), ["/bin/sh", "-c", "echo runs; read line"]);
  const child = spawn(RUNT, ["--root", rt.root, "run", "--bundle", bundle, id]);
  const ended = new Promise((done) => child.on("close", done));
  await new Promise((done) => child.stdout.once("data", done));
  const [size, copied] = [
    ofImage(child.pid as number, "Size"),
    ofImage(child.pid as number, "Private_Dirty"),
  ];
  child.stdin.end();
  t.equal(await ended, 1, "the container ends with its input");
  t.ok(size > 1000, `${size} kB of image`);
  // With counted references it is four fifths.
  t.ok(copied < 0.4 * size, `${copied} of ${size} kB are copied`);
  t.same(leftovers(rt, id), []);
});

t.test("the collector leaves the image alone", { skip: cannotBuild || needsRoot }, (t) => {
  const out = "build/quickjs-collected";
  build({ out, core: BINARY_CORE, variables: ["CHECKS=-DGC_THRESHOLD='((size_t)32<<10)'"] });
  const collected = resolve(`${out}/runt`);
  const binds = Array.from({ length: 200 }, (_, i) => ({
    destination: `/m/${i}`,
    source: "/etc",
    options: ["bind", "ro"],
  }));
  const bundle = makeBundle(join(folder, "bundle"), ["/bin/sh", "-c", "exit 7"], (spec) => {
    spec.mounts = [...(spec.mounts ?? []), ...binds];
  });
  const id = `collected-${process.pid}`;
  const both = (...args: string[]) =>
    [RUNT, collected].map((program) => runProgram(program, ["--root", rt.root, ...args]));
  for (const args of [
    ["explain", "--bundle", bundle],
    ["explain", "--json", "--bundle", bundle],
    ["validate", "--bundle", bundle],
    ["features"],
    ["state", id],
  ]) {
    const [plain, other] = both(...args);
    t.same(other, plain, args.join(" "));
  }
  for (const { status, stderr } of both("run", "--bundle", bundle, id)) {
    t.equal(stderr, "");
    t.equal(status, 7);
  }
  t.same(leftovers(rt, id), []);
  t.end();
});
