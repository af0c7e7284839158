/**
 * What container managers demand of a runtime, one check after the other, as they would see it. The numbers are those
 * of the project's list of these demands. Elsewhere: 1 and 3 (console socket) in cli-terminal, 15 and 16 (cgroups and
 * small limits) in limits, 17 to 25 in black-box-life. Not here: 11 (features) has tests of its own; 20 needs systemd
 * and 21 cgroup v2, which the tests in a virtual machine have.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { bufferBytes, carry } from "../../src/host/carry.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { buf, sys as call } from "../../src/plan/build.ts";
import { binaryTest, RUNT, until } from "./binary.ts";
import { sys } from "./console.ts";

t.setTimeout(600_000);

const PR_SET_CHILD_SUBREAPER = 36;

binaryTest("2: stdout and stderr that cannot be written to", (t, lab) => {
  const id = lab.id("null-io");
  const log = lab.path("log.json");
  const nothing = openSync("/dev/null", "r");
  const create = (bundle: string) =>
    spawnSync(RUNT, ["--root", lab.root, "--log", log, "--log-format", "json", "create", "-b", bundle, id], {
      stdio: ["ignore", nothing, nothing],
    }).status;
  t.equal(create(lab.bundle(["true"])), 0);
  lab.ok(["delete", id]);
  t.equal(readFileSync(log, "utf8"), "");
  t.equal(create(lab.path("no-bundle")), 1);
  t.match(JSON.parse(readFileSync(log, "utf8")), { level: "error", msg: /no-bundle/ });
  closeSync(nothing);
});

binaryTest("4: init becomes the subreaper's child, and its status can be waited for", async (t, lab) => {
  sys.call("prctl", [PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0]);
  t.teardown(() => sys.call("prctl", [PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0]));
  const id = lab.start("reaped", ["sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.05; done"]);
  const { pid } = lab.state(id);
  t.match(readFileSync(`/proc/${pid}/status`, "utf8"), new RegExp(`^PPid:\t${process.pid}$`, "m"));
  await until("the trap is set", () =>
    /^SigCgt:\t0*[0-9a-f]*4[0-9a-f]{3}$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")),
  );
  lab.ok(["kill", id, "TERM"]);
  const carried = carry(createNodeHost(), [call("wait4", [pid, buf("status", 4), 0, 0])], new Map());
  const status = bufferBytes(carried, "status");
  t.equal(((status[1] ?? 0) << 8) | (status[0] ?? 0), 5 << 8, "it has exited with 5");
});

binaryTest("5: the pid file is replaced at once and never seen half written", async (t, lab) => {
  const id = lab.start("pid-file");
  const pidFile = lab.path("pid");
  writeFileSync(pidFile, "");
  const { ino } = statSync(pidFile);
  const run = () => lab.ok(["exec", "-d", "--pid-file", pidFile, id, "true"]);
  run();
  t.not(statSync(pidFile).ino, ino);
  const reader = `while [ ! -e ${lab.path("stop")} ]; do c=$(cat ${pidFile}); case "$c" in ""|*[!0-9]*) exit 1;; esac; done`;
  writeFileSync(lab.path("reader.sh"), `${reader}\n`);
  const child = spawn("sh", [lab.path("reader.sh")], { stdio: "inherit", timeout: 60_000 });
  const ended = new Promise((done) => child.on("close", done));
  for (let i = 0; i < 20; i++) run();
  writeFileSync(lab.path("stop"), "");
  t.equal(await ended, 0);
  t.match(readFileSync(pidFile, "utf8"), /^[0-9]+$/, "no newline");
});

binaryTest("6: a failed exec", (t, lab) => {
  const id = lab.start("failed-exec");
  for (const [command, text] of [
    ["nonexistent", "executable file not found"],
    ["/nonexistent", "no such file or directory"],
  ] as const) {
    const log = lab.path(`${text}.json`);
    const pidFile = lab.path("pid");
    const words = ["--log", log, "--log-format", "json", "exec", "--pid-file", pidFile, id, command];
    const { status, stderr } = lab.runt(words);
    t.equal(status, 255);
    t.match(stderr, text);
    t.notOk(existsSync(pidFile));
    const lines = readFileSync(log, "utf8").split("\n");
    t.equal(lines.length, 2, "one record");
    t.match(JSON.parse(lines[0] ?? ""), { level: "error", msg: text, time: /^\d{4}-\d\d-\d\dT.*Z$/ });
  }
});

binaryTest("7: what kill and delete say", async (t, lab) => {
  const id = lab.start("kills");
  lab.ok(["kill", id, "9"]);
  await lab.reach(id, "stopped");
  for (let i = 0; i < 2; i++) {
    const { status, stderr } = lab.runt(["kill", id, "15"]);
    t.not(status, 0);
    t.match(stderr, "container not running");
  }
  t.equal(lab.runt(["kill", "--all", id, "9"]).status, 0);
  t.match(lab.runt(["kill", "nosuch", "9"]), { status: 1, stderr: "does not exist" });
  t.match(lab.runt(["delete", "nosuch"]), { status: 1, stderr: "does not exist" });
  t.equal(lab.runt(["delete", "--force", "nosuch"]).status, 0);
});

binaryTest("8: an empty environment, and an XDG_RUNTIME_DIR that is not root's", (t, lab) => {
  const id = lab.id("environment");
  const xdg = lab.path("xdg");
  mkdirSync(xdg);
  t.equal(lab.runt(["delete", "--force", id], { env: { XDG_RUNTIME_DIR: "" }, root: false }).status, 0);
  const rootOf = (env: Record<string, string>) =>
    /the state root is ([^"]+)"/.exec(
      lab.runt(["--debug", "delete", "--force", id], { env, root: false }).stderr,
    )?.[1];
  t.equal(rootOf({}), "/run/runt");
  t.equal(rootOf({ XDG_RUNTIME_DIR: xdg }), "/run/runt");
});

// Restore and update are not among today's commands.
binaryTest("9: spellings of options", async (t, lab) => {
  const id = lab.id("spelling");
  t.equal(
    lab.runt(["create", id, "--bundle", lab.bundle(["sleep", "100"])]).status,
    0,
    "after the positional",
  );
  lab.ok(["start", id]);
  for (const words of [
    "--format=json",
    "-format=json",
    "-f=json",
    "-f json",
    "--format json",
    "-format json",
  ]) {
    t.match(JSON.parse(lab.ok(["list", ...words.split(" ")])), [{ id }], words);
  }
  const { pid } = lab.state(id);
  t.same(JSON.parse(lab.ok(["ps", "--format", "json", id])), [pid]);
  t.match(lab.ok(["ps", id, "-ef"]), /sleep/, "ps takes options of its own");
  t.equal(lab.runt(["kill", id, "KILL"]).status, 0);
  await lab.reach(id, "stopped");
  t.equal(lab.runt(["kill", "-a", id, "9"]).status, 0);
  const words = ["--log-format=json", `--log=${lab.path("log")}`, "state", id];
  t.equal(lab.runt(words).status, 0);
  const after = lab.runt(["state", id, "--root", lab.root, "--rootless=auto"], { root: false });
  t.equal(after.status, 0, "global options after the command");
});

binaryTest("10: nothing but JSON", (t, lab) => {
  const id = lab.start("json");
  const environments: Record<string, string>[] = [
    {},
    { TERM: "xterm", LANG: "C.UTF-8", NODE_OPTIONS: "--no-deprecation" },
  ];
  for (const env of environments) {
    for (const words of [
      ["state", id],
      ["ps", "--format", "json", id],
      ["features"],
      ["list", "--format=json"],
    ]) {
      const { status, stdout, stderr } = lab.runt(words, { env });
      t.equal(status, 0, words.join(" "));
      t.equal(stderr, "", words.join(" "));
      t.doesNotThrow(() => JSON.parse(stdout), words.join(" "));
    }
  }
});

binaryTest("12: the version", (t, lab) => {
  const [first, ...rest] = lab.ok(["--version"], { root: false }).split("\n");
  t.match(first, /^(runt|runc) version \d/);
  t.notMatch(rest.join("\n"), "version");
  // A launcher script does not learn the name that it was started under.
  if (readFileSync(RUNT).subarray(0, 2).toString() === "#!") return;
  symlinkSync(RUNT, lab.path("runc"));
  const { stdout } = spawnSync(lab.path("runc"), ["--version"], { encoding: "utf8" });
  t.match(stdout, /^runc version \d/, "go-runc reads it only under this name");
});

binaryTest("13: a debug log fits the pipe that nobody reads", (t, lab) => {
  const id = lab.id("chatty");
  const created = lab.runt(["--debug", "create", "-b", lab.bundle(["sleep", "100"]), id]);
  t.equal(created.status, 0);
  t.ok(created.stderr.length > 0 && created.stderr.length < 65536, `create: ${created.stderr.length} bytes`);
  const exec = lab.runt(["--debug", "exec", id, "true"]);
  t.equal(exec.status, 0);
  t.ok(exec.stderr.length < 65536, `exec: ${exec.stderr.length} bytes`);
});

binaryTest(
  "14: a runtime that was killed leaves nothing that delete --force does not find",
  async (t, lab) => {
    const bundle = lab.bundle(["sleep", "100"]);
    for (let i = 0; i < 12; i++) {
      const id = lab.id(`killed-${i}`);
      const { child, ended } = lab.begin(["create", "-b", bundle, id]);
      await new Promise((done) => setTimeout(done, 60 + 20 * i));
      child.kill("SIGKILL");
      await ended;
      t.match(lab.runt(["delete", "--force", id]), { status: 0, stderr: "" }, `after ${60 + 20 * i} ms`);
      t.same(lab.leftovers(), []);
    }
  },
);
