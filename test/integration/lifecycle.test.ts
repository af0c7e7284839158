/** The life of a container by the commands of managers. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { type BinaryLab, binaryTest, RUNT } from "./binary.ts";
import { writeConfig } from "./lab.ts";

t.setTimeout(120_000);

/** A bundle whose process is `args`, and what is done with its container. */
function life(lab: BinaryLab, args: string[]) {
  const { folder, root } = lab;
  const id = lab.id("life");
  const runt = (...words: string[]) => lab.runt(words);
  const status = () => lab.state(id).status;
  const left = () => lab.leftovers();
  return { folder, bundle: lab.bundle(args), root, id, runt, status, left };
}

binaryTest("create, start, kill, delete", async (tt, lab) => {
  const { folder, bundle, id, runt, status, left } = life(lab, ["sleep", "100"]);
  const pidFile = `${folder}/pid`;
  tt.equal(runt("create", "--bundle", bundle, "--pid-file", pidFile, id).status, 0);
  tt.match(readFileSync(pidFile, "utf8"), /^\d+$/, "the pid file has no newline");
  const state = JSON.parse(runt("state", id).stdout) as Record<string, unknown>;
  tt.match(state, {
    id,
    status: "created",
    bundle,
    rootfs: `${bundle}/rootfs`,
    pid: Number(readFileSync(pidFile, "utf8")),
  });
  tt.match(runt("create", "--bundle", bundle, id), {
    status: 1,
    stderr: /container with given ID already exists/,
  });
  tt.equal(runt("start", id).status, 0);
  tt.equal(status(), "running");
  tt.match(runt("start", id), { status: 1, stderr: /cannot start an already running container/ });
  tt.match(runt("delete", id), {
    status: 1,
    stderr: /cannot delete container .* that is not stopped: running/,
  });
  tt.match(runt("list", "-q").stdout.trim(), id);
  tt.equal(runt("pause", id).status, 0);
  tt.equal(status(), "paused");
  tt.equal(runt("resume", id).status, 0);
  tt.equal(runt("kill", id, "KILL").status, 0);
  await lab.reach(id, "stopped");
  tt.equal(status(), "stopped");
  tt.match(runt("kill", id, "15"), { status: 1, stderr: /container not running/ });
  tt.equal(runt("kill", "--all", id, "9").status, 0);
  tt.equal(runt("delete", id).status, 0);
  tt.same(left(), []);
  tt.match(runt("state", id), { status: 1, stderr: /does not exist/ });
  tt.match(runt("delete", id), { status: 1, stderr: /does not exist/ });
  tt.equal(runt("delete", "--force", id).status, 0);
  tt.equal(runt("list", "--format=json").stdout, "null\n");
});

binaryTest("a created container is deleted without force, a running one with it", (tt, lab) => {
  const { bundle, id, runt, left } = life(lab, ["sleep", "100"]);
  tt.equal(runt("create", "--bundle", bundle, id).status, 0);
  tt.equal(runt("delete", id).status, 0);
  tt.same(left(), []);
  tt.equal(runt("run", "--detach", "--bundle", bundle, id).status, 0);
  tt.equal(runt("delete", "--force", id).status, 0);
  tt.same(left(), []);
});

binaryTest("run in the foreground: output, status, signals, keep", async (tt, lab) => {
  const { bundle, root, id, runt, left } = life(lab, ["sh", "-c", "echo out; echo err >&2; exit 42"]);
  tt.match(runt("run", "--bundle", bundle, id), { status: 42, stdout: "out\n", stderr: "err\n" });
  tt.same(left(), []);
  writeConfig(bundle, ["sh", "-c", "kill -9 $$; sleep 5"], (spec) => {
    spec.linux = { ...spec.linux, namespaces: spec.linux?.namespaces?.filter((one) => one.type !== "pid") };
  });
  tt.equal(runt("run", "--bundle", bundle, id).status, 137, "killed by 9 is 137");
  writeConfig(bundle, ["sh", "-c", "trap 'exit 7' TERM; echo up; while :; do sleep 0.1; done"]);
  const running = spawn(RUNT, ["--root", root, "run", "--keep", "--bundle", bundle, id], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(running.stdout, "data");
  running.kill("SIGTERM");
  tt.same(await once(running, "exit"), [7, null], "TERM reaches the container");
  tt.match(runt("state", id).stdout, /"status": "stopped"/, "kept until delete");
  tt.equal(runt("delete", id).status, 0);
  tt.same(left(), []);
});

binaryTest("errors name field, reason and cure, and leave nothing", (tt, lab) => {
  const { folder, bundle, root, id, runt, left } = life(lab, ["/nowhere"]);
  const log = `${folder}/log.json`;
  const failed = runt("--log", log, "--log-format", "json", "create", "--bundle", bundle, id);
  tt.match(failed, { status: 1, stderr: /exec: "\/nowhere": stat \/nowhere: no such file or directory/ });
  const lines = readFileSync(log, "utf8").trim().split("\n");
  tt.equal(lines.length, 1, "one object");
  tt.match(JSON.parse(lines[0] ?? ""), {
    level: "error",
    code: "EXEC_NOT_FOUND",
    pointer: "/process/args/0",
  });
  writeConfig(bundle, ["nowhere"]);
  tt.match(runt("create", "--bundle", bundle, id).stderr, /executable file not found in \$PATH/);
  writeConfig(bundle, ["true"], (spec) => {
    spec.mounts?.push({ destination: "/data", type: "bind", source: "/no/such/source", options: ["rbind"] });
  });
  tt.match(
    runt("create", "--bundle", bundle, id).stderr,
    /mounts\[7\]: bind \/no\/such\/source on \/data: open_tree: ENOENT/,
  );
  tt.match(runt("create", "--bundle", folder, "bad/id"), {
    status: 1,
    stderr: /invalid container ID format/,
  });
  tt.match(runt("create", "--bundle", `${folder}/none`, id), { status: 1, stderr: /none cannot be opened/ });
  tt.same(left(), []);
  tt.notOk(existsSync(`${root}/${id}`));
});

binaryTest("limits are set, and memory of 6 MiB and one process suffice", (tt, lab) => {
  const { bundle, id, runt, left } = life(lab, ["cat", "/proc/self/cgroup"]);
  writeConfig(bundle, ["cat", "/proc/self/cgroup"], (spec) => {
    spec.linux = {
      ...spec.linux,
      cgroupsPath: `/runt-test/${id}`,
      resources: { memory: { limit: 6 * 1024 * 1024 }, pids: { limit: 1 } },
    };
  });
  const done = runt("run", "--bundle", bundle, id);
  tt.equal(done.status, 0, done.stderr);
  tt.match(done.stdout, new RegExp(`:pids:/runt-test/${id}\n`), "in its cgroup from the start");
  tt.same(left(), []);
});

binaryTest("a failed poststart hook is told by its name, and the container is gone", (tt, lab) => {
  const { bundle, id, runt, left } = life(lab, ["sleep", "100"]);
  writeConfig(bundle, ["sleep", "100"], (spec) => {
    spec.hooks = { poststart: [{ path: "/bin/sh", args: ["sh", "-c", "echo why; exit 3"] }] };
  });
  tt.equal(runt("create", "--bundle", bundle, id).status, 0);
  tt.match(runt("start", id), {
    status: 1,
    stderr: /error running poststart hook #0: exit status 3, output: "why"/,
  });
  tt.same(left(), []);
});

binaryTest("a container in the foreground can be deleted by others", async (tt, lab) => {
  const { bundle, root, id, runt, left } = life(lab, ["sh", "-c", "echo up; sleep 100"]);
  const running = spawn(RUNT, ["--root", root, "run", "--bundle", bundle, id], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(running.stdout, "data");
  tt.equal(runt("delete", "--force", id).status, 0);
  tt.same(await once(running, "exit"), [137, null]);
  tt.same(left(), []);
});

binaryTest("stack limits survive the making of init", (tt, lab) => {
  const { bundle, id, runt } = life(lab, ["sh", "-c", "ulimit -s"]);
  writeConfig(bundle, ["sh", "-c", "ulimit -s"], (spec) => {
    spec.process?.rlimits?.push({ type: "RLIMIT_STACK", soft: 1024 * 1024, hard: 2 * 1024 * 1024 });
  });
  for (let i = 0; i < 10; i++) tt.equal(runt("run", "--bundle", bundle, `${id}-${i}`).stdout, "1024\n");
});
