import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import t from "tap";
import { clean, isRoot, makeBundle, makeFolder } from "../integration/lab.ts";
import { ET, PF, PT, readElf } from "./elf.ts";
import { build, bundleCore, cannotBuild, must } from "./quickjs-build.ts";
import { runProgram } from "./quickjs-run.ts";

const RUNT = resolve("build/runt");
const MAIN = "src/main-quickjs.ts";
const LARGEST = 3 << 20;

const folder = makeFolder("binary");
const root = join(folder, "state");
mkdirSync(root);
t.teardown(() => clean(folder));

t.test("build/runt is one small static file", { skip: cannotBuild }, (t) => {
  const bytes = readFileSync(RUNT);
  const elf = readElf(bytes);
  const types = elf.segments.map(({ type }) => type);
  t.ok(bytes.length <= LARGEST, `${bytes.length} bytes`);
  t.equal(elf.type, ET.EXEC);
  t.ok(types.includes(PT.LOAD));
  t.notOk(types.includes(PT.INTERP), "no interpreter");
  t.notOk(types.includes(PT.DYNAMIC), "no dynamic table");
  for (const { type, flags } of elf.segments) {
    t.notOk((flags & PF.W) !== 0 && (flags & PF.X) !== 0, `segment ${type} is not writable and executable`);
  }
  const stack = elf.segments.find(({ type }) => type === PT.GNU_STACK);
  t.equal(stack && stack.flags & PF.X, 0, "the stack is not executable");
  t.end();
});

t.test("build/runt tells nothing of the machine that built it", { skip: cannotBuild }, (t) => {
  const text = readFileSync(RUNT).toString("latin1");
  t.notOk(text.includes(resolve(".")), "the folder of the project");
  t.notOk(text.includes("quickjs-ng/"), "the folder of the engine");
  t.notOk(text.includes(`@${hostname()}`) || text.includes(`${hostname()}/`), "the machine's name");
  // The home of root is also where JSON pointers to the config's root begin.
  const below = text.split(`${homedir()}/`).slice(1);
  const pointers = below.filter((rest) => rest.startsWith("path") || rest.startsWith("readonly"));
  t.same(below.map((rest) => rest.slice(0, 30)).length, pointers.length, "the home of who built it");
  t.end();
});

/** The paths that runt opens, in order, relative ones as they are. */
function opened(args: readonly string[]): string[] {
  const trace = join(folder, "trace");
  const filter = ["-f", "-s", "200", "-e", "trace=%file,openat2,open_tree,execveat,memfd_create"];
  runProgram("strace", [...filter, "-o", trace, RUNT, "--root", root, ...args]);
  return readFileSync(trace, "utf8")
    .split("\n")
    .map((line) => /^\d+ +(\w+)\([^"]*"([^"]*)"/.exec(line))
    .flatMap((match) => (match?.[2] === undefined || match[1] === "execve" ? [] : [match[2]]));
}

const noStrace =
  cannotBuild || (spawnSync("strace", ["--version"]).error !== undefined && "strace is not installed");

t.test("state opens nothing but the container's state", { skip: noStrace }, (t) => {
  t.same(opened(["state", "nothing"]), [`${root}/nothing/state.json`, `${root}/nothing`]);
  t.end();
});

t.test(
  "state of a container reads what the answer needs",
  { skip: noStrace || (!isRoot && "needs root") },
  (t) => {
    const bundle = makeBundle(join(folder, "bundle"), ["/bin/true"]);
    const id = `binary-${process.pid}`;
    const runt = (...args: string[]) => runProgram(RUNT, ["--root", root, ...args]);
    t.equal(runt("create", "--bundle", bundle, id).status, 0);
    const { pid } = JSON.parse(runt("state", id).stdout) as { pid: number };
    const [file, ...others] = opened(["state", id]);
    t.equal(file, `${root}/${id}/state.json`);
    const needed = [
      /^\/proc\/(\d+)\/stat$/,
      /^\/sys\/fs\/cgroup(\/|$)/,
      /^(freezer\.state|cgroup\.events)$/,
      // What is open already.
      /^$/,
    ];
    const gate = `${root}/${id}/start.sock`;
    for (const path of others) t.ok(path === gate || needed.some((pattern) => pattern.test(path)), path);
    t.ok(others.includes(`/proc/${pid}/stat`));

    const before = opened(["run", "--bundle", bundle, `${id}-run`]);
    const config = before.indexOf("config.json");
    t.not(config, -1, "run reads config.json");
    const allowed = [
      `${root}/${id}-run`,
      bundle,
      "/proc/self/uid_map",
      "/proc/self/mountinfo",
      "/proc/self/cgroup",
      "/proc/sys/kernel/cap_last_cap",
      "/sys/kernel/security/lsm",
      // What is open already.
      "",
    ];
    for (const path of before.slice(0, config)) {
      const known = allowed.includes(path) || /^\/sys\/fs\/cgroup\/.*cgroup\.(controllers|procs)$/.test(path);
      t.ok(known, `before config.json: ${path}`);
    }
    t.equal(runt("delete", "--force", id).status, 0);
    t.end();
  },
);

/** The project without what is installed and built, in a folder with a name of another length. */
function copyProject(): string {
  const copy = join(folder, "a-copy-of-the-project");
  for (const name of ["src", "native", "tsconfig.json", "tsconfig.core.json", "package.json"]) {
    cpSync(name, join(copy, name), { recursive: true, preserveTimestamps: true });
  }
  return copy;
}

t.test("the same sources give the same bytes", { skip: cannotBuild }, (t) => {
  const again = "build/binary-again";
  build({ out: again, core: bundleCore(MAIN, again) });
  const bytes = readFileSync(`${again}/runt`);
  t.ok(bytes.equals(readFileSync(RUNT)), "in another folder for what is built");

  const copy = copyProject();
  const out = join(copy, "build/out");
  const native = join(copy, "build/native");
  must("make", ["--silent", `--directory=${copy}/native`, `OUT=${native}`, "all"]);
  build({ out, core: bundleCore(MAIN, out, copy), project: copy, native });
  t.ok(bytes.equals(readFileSync(`${out}/runt`)), "in another folder for the project, without node_modules");
  t.end();
});
