import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import t from "tap";
import { helpText } from "../../src/cli/help.ts";

const PROGRAM = "build/test/cli-main.mjs";
const dir = mkdtempSync(join(tmpdir(), "runt-cli-"));
const ROOT = join(dir, "root");
t.teardown(() => rmSync(dir, { recursive: true }));
buildSync({
  entryPoints: ["src/main-node.ts"],
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  outfile: PROGRAM,
});

interface Result {
  status: number | null;
  stdout: string;
  stderr: string;
}

function runt(
  args: readonly string[],
  stdio: (number | "pipe" | "ignore")[] = ["ignore", "pipe", "pipe"],
): Result {
  const child = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", stdio });
  return { status: child.status, stdout: child.stdout ?? "", stderr: child.stderr ?? "" };
}

t.test("help, version and usage errors", async (t) => {
  t.same(runt([]), { status: 0, stdout: helpText(undefined), stderr: "" });
  t.same(runt(["kill", "--help"]), { status: 0, stdout: helpText("kill"), stderr: "" });
  t.same(runt(["help", "kill"]), { status: 0, stdout: helpText("kill"), stderr: "" });
  t.match(runt(["--version"]), {
    status: 0,
    stdout: /^runt version .*\ncommit: .*\nspec: .*\n$/,
    stderr: "",
  });
  t.same(runt(["foo"]), { status: 1, stdout: "", stderr: "No help topic for 'foo'\n" });
  t.same(runt(["help", "foo"]), { status: 1, stdout: "", stderr: "No help topic for 'foo'\n" });
  t.same(runt(["exec", "--nope", "a", "b"]), {
    status: 1,
    stdout: "",
    stderr: "Incorrect Usage: flag provided but not defined: -nope\n",
  });
  const count = runt(["start"]);
  t.equal(count.status, 1);
  t.equal(count.stdout, `Incorrect Usage.\n\n${helpText("start")}`);
  t.match(count.stderr, /cli-main\.mjs: "start" requires exactly 1 argument\(s\)\n$/);
});

t.test("a failure is one object in the log and one line on standard error", async (t) => {
  const log = join(dir, "log.json");
  const failed = runt(["--root", ROOT, "--log", log, "--log-format", "json", "state", "nosuch"]);
  t.equal(failed.status, 1);
  t.equal(failed.stdout, "");
  t.match(failed.stderr, /^container does not exist: nosuch.*\n$/);
  const record = JSON.parse(readFileSync(log, "utf8"));
  t.match(record, { level: "error", code: "NOT_FOUND", msg: failed.stderr.trim() });
  t.equal(new Date(record.time).toISOString(), record.time);
  t.equal(statSync(log).mode & 0o777, 0o644);
  t.match(runt(["--root", ROOT, "exec", "nosuch", "true"]), {
    status: 255,
    stderr: /^exec failed: container does not exist/,
  });
  t.match(runt(["--root", ROOT, "create", "--bundle", dir, "x"]), {
    status: 1,
    stderr: /^runt create failed: JSON specification file config.json not found/,
  });
});

t.test("the log file exists even when nothing is logged", async (t) => {
  const log = join(dir, "empty.json");
  t.equal(runt(["--log", log, "--log-format", "json", "features"]).status, 0);
  t.equal(readFileSync(log, "utf8"), "");
  t.match(runt(["--log", join(dir, "no", "log"), "features"]), {
    status: 1,
    stdout: "",
    stderr: /^--log: .*ENOENT/,
  });
});

t.test("debug lines go to standard error or into the log, not both", async (t) => {
  t.match(runt(["--debug", "--root", ROOT, "features"]).stderr, /level=debug/);
  const log = join(dir, "debug.json");
  t.equal(runt(["--debug", "--root", ROOT, "--log", log, "--log-format=json", "features"]).stderr, "");
  t.match(readFileSync(log, "utf8"), /"level":"debug"/);
});

t.test("fds that take no output do not make a success a failure", async (t) => {
  const closed = openSync("/dev/null", "r");
  t.equal(runt(["--version"], ["ignore", closed, closed]).status, 0);
  t.equal(runt(["--root", ROOT, "state", "x"], ["ignore", closed, closed]).status, 1);
  closeSync(closed);
  const full = openSync("/dev/full", "w");
  t.match(runt(["--version"], ["ignore", full, "pipe"]), { status: 1, stderr: /ENOSPC/ });
  closeSync(full);
});

t.test("list of no containers", async (t) => {
  t.match(runt(["--root", ROOT, "list"]), { status: 1, stderr: /does not exist/ });
  t.same(runt(["--root", dir, "list", "-f", "json"]), { status: 0, stdout: "null\n", stderr: "" });
  t.same(runt(["--root", dir, "list", "-q"]), { status: 0, stdout: "", stderr: "" });
  t.match(runt(["--root", dir, "list"]).stdout, /^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n$/);
});

t.test("spec writes a config that validate has nothing against, once", async (t) => {
  t.same(runt(["spec", "--bundle", dir]), { status: 0, stdout: "", stderr: "" });
  t.match(JSON.parse(readFileSync(join(dir, "config.json"), "utf8")), {
    process: { args: ["sh"] },
    root: { path: "rootfs" },
  });
  t.same(runt(["validate", "--bundle", dir]), {
    status: 0,
    stdout: "config.json: 0 errors, 0 warnings\n",
    stderr: "",
  });
  t.same(runt(["spec", "--bundle", dir]), {
    status: 1,
    stdout: "",
    stderr: "File config.json exists. Remove it first\n",
  });
  rmSync(join(dir, "config.json"));
  t.equal(runt(["spec", "--rootless", "-b", dir]).status, 0);
  t.same(runt(["validate", "--bundle", dir, "--format", "json"]), { status: 0, stdout: "[]\n", stderr: "" });
});

t.test("validate prints every finding", async (t) => {
  writeFileSync(
    join(dir, "config.json"),
    JSON.stringify({
      ociVersion: "1.0.0",
      root: { path: "rootfs" },
      process: { cwd: "relative", args: [], user: { uid: 0, gid: 0 } },
    }),
  );
  const text = runt(["validate", "-b", dir]);
  t.equal(text.status, 1);
  t.match(text.stdout, /^error: \/process\/cwd: /m);
  t.match(text.stdout, /^error: \/process\/args: /m);
  const findings = JSON.parse(runt(["validate", "-b", dir, "-f", "json"]).stdout);
  t.ok(findings.length >= 2);
});

t.test("explain prints the plan and has no effect", async (t) => {
  rmSync(join(dir, "config.json"));
  runt(["spec", "-b", dir]);
  mkdirSync(join(dir, "rootfs"));
  // The terminal of the template would need a socket.
  const config = JSON.parse(readFileSync(join(dir, "config.json"), "utf8"));
  config.process.terminal = false;
  writeFileSync(join(dir, "config.json"), JSON.stringify(config));
  const text = runt(["--root", ROOT, "explain", "-b", dir, "my-id"]);
  t.match(text, { status: 0, stdout: /^plan version 1: /, stderr: "" });
  t.match(text.stdout, /^ +\$rootfs\.tree = open_tree\(/m, "with its calls");
  const outline = runt(["--root", ROOT, "explain", "-b", dir, "--outline", "my-id"]);
  t.match(outline.stdout, /^ +\d+\. execute sh {2}\[\/process\/args\]\n$/m, "its last step");
  t.notMatch(outline.stdout, /open_tree/, "without calls");
  const json = runt(["--root", ROOT, "explain", "-b", dir, "--json"]);
  t.match(JSON.parse(json.stdout), { version: 1, host: Array, init: Array });
  t.equal(existsSync(ROOT), false);
});

t.test("small answers", async (t) => {
  t.match(runt(["completion", "bash"]), { status: 0, stdout: /complete .* runt\n$/ });
  t.match(runt(["completion", "tcsh"]), { status: 1, stderr: /^no completion script for "tcsh"/ });
  t.match(JSON.parse(runt(["features"]).stdout), { ociVersionMin: "1.0.0" });
  t.match(runt(["--root", ROOT, "kill", "x", "FOO"]), { status: 1, stderr: /^unknown signal "FOO"/ });
  t.match(runt(["--root", "/", "list"]), { status: 1, stderr: /may not be \// });
  t.same(runt(["--root", ROOT, "delete", "--force", "nosuch"]), { status: 0, stdout: "", stderr: "" });
});
