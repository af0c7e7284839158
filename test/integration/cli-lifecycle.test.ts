/** create, start, state, kill, delete, list and run by the binary. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { binaryTest, isAlive, until } from "./binary.ts";

t.setTimeout(600_000);

binaryTest("a container's life from create to delete", async (t, lab) => {
  const id = lab.id("life");
  const bundle = lab.bundle(["sleep", "100"], (spec) => {
    spec.annotations = { "org.example": "yes" };
  });
  const pidFile = lab.path("pid");
  t.same(lab.runt(["create", "--bundle", bundle, "--pid-file", pidFile, id]), {
    status: 0,
    stdout: "",
    stderr: "",
  });
  const pid = readFileSync(pidFile, "utf8");
  t.match(pid, /^[0-9]+$/, "the pid file has no newline");
  t.match(lab.state(id), {
    ociVersion: /^1\./,
    id,
    pid: Number(pid),
    status: "created",
    bundle,
    rootfs: `${bundle}/rootfs`,
    annotations: { "org.example": "yes" },
    owner: "",
    created: /^\d{4}-\d\d-\d\dT[0-9:.]+Z$/,
  });
  t.same(lab.runt(["start", id]), { status: 0, stdout: "", stderr: "" });
  t.equal(lab.state(id).status, "running");
  t.equal(lab.state(id).pid, Number(pid));
  t.same(lab.runt(["kill", id, "KILL"]), { status: 0, stdout: "", stderr: "" });
  await lab.reach(id, "stopped");
  t.equal(lab.state(id).pid, 0);
  t.same(lab.runt(["delete", id]), { status: 0, stdout: "", stderr: "" });
  t.notOk(existsSync(`${lab.root}/${id}`));
});

binaryTest("a running container is deleted by force only", (t, lab) => {
  const id = lab.start("forced");
  const { pid } = lab.state(id);
  const refused = lab.runt(["delete", id]);
  t.equal(refused.status, 1);
  t.match(refused.stderr, `cannot delete container ${id} that is not stopped: running`);
  t.ok(isAlive(pid), "and lives on");
  t.same(lab.runt(["delete", "--force", id]), { status: 0, stdout: "", stderr: "" });
  t.notOk(isAlive(pid));
});

binaryTest("a created container is deleted without force", (t, lab) => {
  const id = lab.create("created", ["sleep", "100"]);
  const { pid } = lab.state(id);
  t.equal(lab.runt(["delete", id]).status, 0);
  t.notOk(isAlive(pid));
});

binaryTest("kill of a stopped container", async (t, lab) => {
  const id = lab.start("dead", ["true"]);
  await lab.reach(id, "stopped");
  const refused = lab.runt(["kill", id, "15"]);
  t.equal(refused.status, 1);
  t.match(refused.stderr, "container not running");
  t.same(lab.runt(["kill", "--all", id, "9"]), { status: 0, stdout: "", stderr: "" });
  t.equal(lab.runt(["kill", id, "0"]).status, 1, "the probe finds nobody");
});

binaryTest("kill takes every spelling of a signal", async (t, lab) => {
  const script = "trap 'echo usr1' USR1; trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";
  const id = lab.id("spelling");
  const { ended, stdout } = lab.begin(["run", "--bundle", lab.bundle(["sh", "-c", script]), id]);
  await until("the traps are set", () => stdout() === "ready\n");
  t.equal(lab.runt(["kill", id, "0"]).status, 0);
  let seen = 0;
  for (const word of ["USR1", "SIGUSR1", "sigusr1", "10"]) {
    t.equal(lab.runt(["kill", id, word]).status, 0, word);
    seen++;
    await until(`${word} has arrived`, () => stdout() === `ready\n${"usr1\n".repeat(seen)}`);
  }
  const unknown = lab.runt(["kill", id, "NOSUCH"]);
  t.equal(unknown.status, 1);
  t.match(unknown.stderr, 'unknown signal "NOSUCH"');
  t.equal(lab.runt(["kill", id]).status, 0);
  t.equal((await ended).status, 3, "the default is SIGTERM");
});

binaryTest("an unknown container", (t, lab) => {
  for (const args of [["state"], ["start"], ["kill"], ["delete"], ["pause"], ["resume"], ["ps"]]) {
    const { status, stdout, stderr } = lab.runt([...args, "nosuch"]);
    t.equal(status, 1, `${args}`);
    t.equal(stdout, "", `${args}`);
    t.match(stderr, /does not exist/, `${args}`);
  }
  t.same(lab.runt(["delete", "--force", "nosuch"]), { status: 0, stdout: "", stderr: "" });
});

binaryTest("an id is taken until it is deleted", (t, lab) => {
  const id = lab.create("twice", ["sleep", "100"]);
  const { pid } = lab.state(id);
  const again = lab.runt(["create", "--bundle", lab.bundle(["true"]), id]);
  t.equal(again.status, 1);
  t.match(again.stderr, "already exists");
  t.match(lab.state(id), { pid, status: "created" }, "the first one is untouched");
  lab.ok(["delete", id]);
  t.equal(lab.runt(["create", "--bundle", lab.bundle(["true"]), id]).status, 0);
});

binaryTest("a container starts once", async (t, lab) => {
  const id = lab.start("start-twice", ["sh", "-c", "while [ ! -e /tmp/go ]; do sleep 0.1; done"], (spec) => {
    spec.root = { path: "rootfs" };
  });
  const running = lab.runt(["start", id]);
  t.equal(running.status, 1);
  t.match(running.stderr, "cannot start an already running container");
  writeFileSync(`${lab.state(id).rootfs}/tmp/go`, "");
  await lab.reach(id, "stopped");
  const stopped = lab.runt(["start", id]);
  t.equal(stopped.status, 1);
  t.match(stopped.stderr, "cannot start a container that has stopped");
});

binaryTest("pause and resume", async (t, lab) => {
  const id = lab.start("paused");
  t.equal(lab.runt(["resume", id]).status, 1, "it is not paused");
  t.equal(lab.runt(["pause", id]).status, 0);
  t.equal(lab.state(id).status, "paused");
  t.match(lab.runt(["start", id]).stderr, "cannot start a container in the paused state");
  t.equal(lab.runt(["resume", id]).status, 0);
  t.equal(lab.state(id).status, "running");
  lab.ok(["pause", id]);
  t.equal(lab.runt(["kill", id, "KILL"]).status, 0, "a frozen process dies, too");
  await lab.reach(id, "stopped");
});

binaryTest("list: nothing, ids, a table, JSON", (t, lab) => {
  t.equal(lab.ok(["list", "--format", "json"]), "null\n");
  t.equal(lab.ok(["list", "-q"]), "");
  t.match(lab.ok(["list"]), /^ID +PID +STATUS +BUNDLE +CREATED +OWNER *\n$/);
  const one = lab.create("list-a", ["true"]);
  const two = lab.start("list-b");
  t.equal(lab.ok(["list", "--quiet"]), `${one}\n${two}\n`);
  const [, first, second] = lab.ok(["list"]).split("\n");
  t.match(first, new RegExp(`^${one} +${lab.state(one).pid} +created +/.*root`));
  t.match(second, new RegExp(`^${two} +${lab.state(two).pid} +running +/.*root`));
  // Only list looks the owner up, as runc does.
  const owner = "root";
  t.same(JSON.parse(lab.ok(["list", "-f", "json"])), [
    { ...lab.state(one), owner },
    { ...lab.state(two), owner },
  ]);
});

binaryTest("list: a state root that was named has to exist; a broken entry hides no other", (t, lab) => {
  const missing = lab.runt(["--root", lab.path("nowhere"), "list"], { root: false });
  t.equal(missing.status, 1);
  t.match(missing.stderr, lab.path("nowhere"));
  const id = lab.create("whole", ["true"]);
  mkdirSync(`${lab.root}/broken`);
  writeFileSync(`${lab.root}/broken/state.json`, "{");
  const { status, stdout, stderr } = lab.runt(["list", "-q"]);
  t.match({ status, stdout }, { status: 0, stdout: `${id}\n` });
  t.match(stderr, "broken");
});

binaryTest("state and list tell annotations of any length", (t, lab) => {
  const annotations = { long: "grün".repeat(5000), short: "x\ny" };
  const id = lab.id("annotated");
  const bundle = lab.bundle(["true"], (spec) => {
    spec.annotations = annotations;
  });
  t.equal(lab.runt(["create", "--bundle", bundle, id]).status, 0);
  t.match(lab.state(id), { id, status: "created", annotations });
  t.match(JSON.parse(lab.ok(["list", "--format", "json"])), [{ id, status: "created", annotations }]);
});

binaryTest("ids that cannot be", (t, lab) => {
  const bundle = lab.bundle(["true"]);
  for (const id of ["", ".", "..", "../up", "a/b", "a b", "ä", "x".repeat(256), "a\nb"]) {
    for (const command of [["create", "--bundle", bundle], ["state"], ["delete", "--force"]]) {
      const { status, stderr } = lab.runt([...command, "--", id]);
      t.equal(status, 1, `${command[0]} ${JSON.stringify(id)}`);
      t.match(stderr, /container id cannot be empty|invalid container ID format/);
      t.equal(stderr.split("\n").length, 2, "one line");
    }
  }
  t.same(lab.ok(["list", "-q"]), "");
});

binaryTest("run gives the container's exit status and deletes it", (t, lab) => {
  for (const status of [0, 42, 255]) {
    const script = `exit ${status}`;
    const ended = lab.runt(["run", "--bundle", lab.bundle(["sh", "-c", script]), lab.id("run")]);
    t.same(ended, { status, stdout: "", stderr: "" }, script);
    t.equal(lab.ok(["list", "-q"]), "");
  }
});

binaryTest("run: 128 + 9 for a container that was killed; --keep keeps it", async (t, lab) => {
  const id = lab.id("kept");
  const { ended } = lab.begin(["run", "--keep", "--bundle", lab.bundle(["sleep", "100"]), id]);
  await until("it runs", () => existsSync(`${lab.root}/${id}`) && lab.state(id).status === "running");
  lab.ok(["kill", id, "9"]);
  t.same(await ended, { status: 137, stdout: "", stderr: "" });
  t.equal(lab.state(id).status, "stopped");
  t.equal(lab.runt(["delete", id]).status, 0);
});

binaryTest("run --detach", async (t, lab) => {
  const id = lab.id("detached");
  const bundle = lab.bundle(["sleep", "100"]);
  const pidFile = lab.path("pid");
  const ended = lab.runt(["run", "-d", "-b", bundle, "--pid-file", pidFile, id]);
  t.same(ended, { status: 0, stdout: "", stderr: "" });
  t.match(lab.state(id), { status: "running", pid: Number(readFileSync(pidFile, "utf8")) });
  t.equal(lab.runt(["kill", id, "KILL"]).status, 0);
  await lab.reach(id, "stopped");
  t.equal(lab.runt(["delete", id]).status, 0);
});

binaryTest("run passes stdin, stdout and stderr", (t, lab) => {
  const script = "cat; echo wrong >&2";
  const input = `${"x".repeat(200_000)}\n`;
  const ended = lab.runt(["run", "-b", lab.bundle(["sh", "-c", script]), lab.id("stdio")], { input });
  t.equal(ended.status, 0);
  t.ok(ended.stdout === input, "all of stdin comes back");
  t.equal(ended.stderr, "wrong\n");
});

binaryTest("run uses the bundle of the working directory", (t, lab) => {
  const cwd = lab.bundle(["echo", "here"]);
  t.same(lab.runt(["run", lab.id("cwd")], { cwd }), { status: 0, stdout: "here\n", stderr: "" });
});

binaryTest("run forwards signals", async (t, lab) => {
  const script = "trap 'echo got; exit 7' TERM; echo ready; while :; do sleep 0.05; done";
  const begun = lab.begin(["run", "-b", lab.bundle(["sh", "-c", script]), lab.id("signals")]);
  await until("the trap is set", () => begun.stdout() === "ready\n");
  begun.child.kill("SIGTERM");
  t.same(await begun.ended, { status: 7, stdout: "ready\ngot\n", stderr: "" });
});

binaryTest("hooks in the container run under a filter that refuses clone3", (t, lab) => {
  for (const noNewPrivileges of [true, false]) {
    const args = ["sh", "-c", "cat /tmp/created /tmp/started"];
    const touch = (name: string, path: string) => ({
      path: "/bin/sh",
      args: ["sh", "-c", `echo ${name} > ${path}; grep Seccomp: /proc/self/status >> ${path}`],
    });
    const bundle = lab.bundle(args, (spec) => {
      spec.root = { path: "rootfs" };
      spec.process = { ...spec.process, cwd: "/", noNewPrivileges };
      spec.hooks = {
        createContainer: [touch("created", "tmp/created")],
        startContainer: [touch("started", "/tmp/started")],
      };
      spec.linux = {
        ...spec.linux,
        seccomp: {
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: [{ names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }],
        },
      };
    });
    t.same(
      lab.runt(["run", "-b", bundle, lab.id("filtered")]),
      { status: 0, stdout: "created\nSeccomp:\t0\nstarted\nSeccomp:\t2\n", stderr: "" },
      `noNewPrivileges ${noNewPrivileges}`,
    );
  }
});

binaryTest("a kernel that is too old", (t, lab) => {
  // setarch(8) lets uname(2) tell of Linux 2.6; runt asks nothing else before.
  const under = ["setarch", "--uname-2.6"];
  const bundle = lab.bundle(["true"]);
  for (const command of ["create", "run", "explain"]) {
    const { status, stdout, stderr } = lab.runt([command, "-b", bundle, lab.id("old")], { under });
    t.match({ status, stdout }, { status: 1, stdout: "" }, command);
    t.match(
      stderr,
      /^(runt \w+ failed: )?runt needs Linux 5\.14 or later \(.*\), this is Linux 2\.6\.\S+; update the kernel\n$/,
    );
  }
});

binaryTest("run of a command that does not exist", (t, lab) => {
  const ended = lab.runt(["run", "-b", lab.bundle(["/bin/nosuch"]), lab.id("absent")]);
  t.equal(ended.status, 1);
  t.match(ended.stderr, /^runt run failed: .*\/bin\/nosuch.*no such file or directory/);
  t.equal(lab.ok(["list", "-q"]), "");
});
