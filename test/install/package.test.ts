import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { manPages } from "../../scripts/gen-man.ts";
import { VERSION } from "../../src/version.ts";

const TIMEOUT_MS = 120_000;
const folder = realpathSync(t.testdir({ home: {}, app: {} }));
const app = join(folder, "app");
const installed = join(app, "node_modules/runt");
const command = join(app, "node_modules/.bin/runt");
/** npm as on a machine of its own: no settings of the caller, nothing cached, no network. */
const env = {
  PATH: process.env.PATH,
  HOME: join(folder, "home"),
  npm_config_cache: join(folder, "home/cache"),
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
  npm_config_audit: "false",
  npm_config_fund: "false",
};

/** What a program printed; fails the test file when it did not succeed. */
function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? status}\n${stdout}${stderr}`);
  return stdout;
}

/** Every file of the installed package, by its path there. */
function packed(): string[] {
  const entries = readdirSync(installed, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))
    .sort();
}

/** The dependencies as this checkout has them: koffi, and its part for this platform. */
function dependencies(): Record<string, string> {
  const modules = realpathSync("node_modules");
  const parts = readdirSync(join(modules, "@koromix")).map((name) => `@koromix/${name}`);
  return Object.fromEntries(["koffi", ...parts].map((name) => [name, `file:${join(modules, name)}`]));
}

const versionLine = `runt version ${VERSION}`;
const firstLine = (text: string): string | undefined => text.split("\n")[0];

t.test("is packed and installed without a network", async (t) => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  t.equal(scripts.prepack, "bash scripts/build.sh && bash scripts/build-package.sh");
  // The build has been done before the tests; doing it here would disturb those that run beside this one.
  run(".", "bash", "scripts/build-package.sh");
  run(".", "npm", "pack", "--ignore-scripts", "--pack-destination", folder);
  const runt = `file:../runt-${VERSION}.tgz`;
  const manifest = { private: true, type: "module", dependencies: { runt, ...dependencies() } };
  writeFileSync(join(app, "package.json"), JSON.stringify(manifest));
  run(app, "npm", "install", "--install-links");
  t.ok(existsSync(command));
});

t.test("holds what is needed and nothing else", async (t) => {
  const files = packed().filter((path) => !path.startsWith("build/package/types/"));
  const machine = run(".", "uname", "-m").trim();
  const binary = existsSync("build/runt") ? [`build/package/${machine}/runt`] : [];
  t.strictSame(
    files,
    [
      "LICENSE",
      "README.md",
      ...binary,
      "build/package/index.js",
      "build/package/native/libruntseccomp.so",
      "build/package/native/libruntsys.so",
      "build/package/native/runt-init",
      "build/package/runt",
      "build/package/runt.mjs",
      "docs/errors.md",
      ...[...manPages().keys()].map((name) => `docs/man/${name}`),
      "package.json",
    ].sort(),
  );
});

t.test("tells nothing of the machine that built it, and has no source maps", async (t) => {
  for (const path of packed()) {
    const text = readFileSync(join(installed, path), "latin1");
    for (const trace of [process.cwd(), process.execPath, "sourceMappingURL"]) {
      t.notOk(
        text.includes(trace),
        `${path} has no ${trace === "sourceMappingURL" ? trace : "path of this machine"}`,
      );
    }
  }
});

t.test(
  "the command is the static binary",
  { skip: !existsSync("build/runt") && "no build/runt" },
  async (t) => {
    t.equal(firstLine(run(app, "npx", "runt", "--version")), versionLine);
    const { stdout } = spawnSync(command, ["--version"], { encoding: "utf8", env: {} });
    t.equal(firstLine(stdout), versionLine, "managers start runtimes without an environment");
    const machine = run(".", "uname", "-m").trim();
    const [binary, away] = [join(installed, "build/package", machine, "runt"), join(folder, "binary")];
    renameSync(binary, away);
    writeFileSync(binary, '#!/bin/sh\nprintf "<%s>" "$@"\n', { mode: 0o755 });
    t.equal(run(app, command, "a b", "", "*"), "<a b><><*>", "arguments arrive as they are");
    renameSync(away, binary);
  },
);

t.test("the command runs on Node where there is no binary", async (t) => {
  const machine = join(installed, "build/package", run(".", "uname", "-m").trim());
  if (existsSync(machine)) renameSync(machine, join(folder, "machine"));
  t.equal(firstLine(run(app, "npx", "runt", "--version")), versionLine);
  const outcome = spawnSync(command, ["state", "nobody"], { encoding: "utf8", env, cwd: "/" });
  t.equal(outcome.status, 1);
  t.match(outcome.stderr, "container does not exist: nobody");
  // A PATH with the launcher's tools, but without Node.
  const tools = join(folder, "tools");
  mkdirSync(tools);
  for (const tool of ["readlink", "uname"]) {
    const path = run(".", "sh", "-c", `command -v ${tool}`).trim();
    writeFileSync(join(tools, tool), `#!/bin/sh\nexec ${path} "$@"\n`, { mode: 0o755 });
  }
  const { status, stderr } = spawnSync(command, [], { encoding: "utf8", env: { PATH: tools } });
  t.equal(status, 1);
  t.match(stderr, /^runt: there is no .*\/runt in the package, and no node in PATH; [^\n]*\n$/);
  if (existsSync(join(folder, "machine"))) renameSync(join(folder, "machine"), machine);
});

const USE = `
import { createNodeHost, create, list, RuntError, state, Sys } from "runt";
const host = createNodeHost();
const rt = { host, sys: new Sys(host), root: process.argv[2], rootGiven: false, systemdCgroup: false,
  log: { debug() {}, warning() {} } };
try {
  state(rt, "nobody");
} catch (error) {
  if (!(error instanceof RuntError)) throw error;
  console.log(error.code, list(rt).length, host.init.length > 1000, typeof create);
}
`;

t.test("the library works", async (t) => {
  writeFileSync(join(app, "use.mjs"), USE);
  t.equal(run(app, process.execPath, "use.mjs", join(folder, "none")), "NOT_FOUND 0 true function\n");
});

const TYPED_USE = `
import { create, createNodeHost, list, type CreateOptions, type Host, type Runtime, RuntError, Sys } from "runt";
const host: Host = createNodeHost();
const log = { debug(_: string): void {}, warning(_: string): void {} };
const rt: Runtime = { host, sys: new Sys(host), root: "/run/none", rootGiven: true, systemdCgroup: false, log };
const options: CreateOptions = { id: "a", bundle: ".", noPivot: false, noNewKeyring: false, preserveFds: 0 };
create(rt, options);
export const count: number = list(rt).length;
export const code: "NOT_FOUND" extends RuntError["code"] ? true : false = true;
// @ts-expect-error an id is a text
create(rt, { ...options, id: 5 });
`;

t.test("the types stand alone, for both ways of resolving modules", async (t) => {
  writeFileSync(join(app, "use.ts"), TYPED_USE);
  const tsc = realpathSync("node_modules/typescript/bin/tsc");
  for (const ways of [{ module: "nodenext" }, { module: "esnext", moduleResolution: "bundler" }]) {
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
    const compilerOptions = { ...strict, ...ways, target: "es2022", lib: ["es2023"], types: [] };
    writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    t.equal(run(app, process.execPath, tsc, "-p", "."), "", ways.module);
  }
});
