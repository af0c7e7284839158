/** The rest of the managers' demands (see black-box): what a running container is, and how foreground runs behave. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import t from "tap";
import { type BinaryLab, binaryTest, type Ended, isAlive, RUNT, sleep, until } from "./binary.ts";
import { openTerminal, readTerminal, setWindowSize, sys } from "./console.ts";

t.setTimeout(600_000);

/** Runs the binary with pipes that are read to their ends. */
function withPipes(lab: BinaryLab, args: string[]): Promise<Ended> {
  const child = spawn(RUNT, ["--root", lab.root, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  const ended: Ended = { status: -1, stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      ended[name] += text;
    });
  }
  return new Promise((done) => child.on("close", (status) => done({ ...ended, status: status ?? -1 })));
}

function cgroupOf(pid: number): string {
  const line = /^\d+:memory:(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
  const unified = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
  return line === null ? `/sys/fs/cgroup${unified?.[1]}` : `/sys/fs/cgroup/memory${line[1]}`;
}

binaryTest("17: run --keep in the foreground", async (t, lab) => {
  for (const [script, status] of [
    ["exit 0", 0],
    ["exit 42", 42],
  ] as const) {
    const id = lab.id(`keep-${status}`);
    const ended = await withPipes(lab, ["run", "--keep", "-b", lab.bundle(["sh", "-c", script]), id]);
    t.same(ended, { status, stdout: "", stderr: "" });
    t.equal(lab.state(id).status, "stopped");
    t.equal(lab.runt(["delete", id]).status, 0);
  }
  const id = lab.id("keep-kill");
  const running = withPipes(lab, ["run", "--keep", "-b", lab.bundle(["sleep", "100"]), id]);
  await until("it runs", () => existsSync(`${lab.root}/${id}`) && lab.state(id).status === "running");
  const cgroup = cgroupOf(lab.state(id).pid);
  lab.ok(["kill", id, "9"]);
  t.equal((await running).status, 137);
  t.ok(existsSync(cgroup), "the cgroup is kept");
  t.equal(lab.runt(["delete", id]).status, 0);
  t.notOk(existsSync(cgroup), "until delete");
});

binaryTest("17: a process that init leaves behind does not hold the pipes open", async (t, lab) => {
  const id = lab.id("left-behind");
  const bundle = lab.bundle(["sh", "-c", "sleep 77 & echo $!; exit 3"], (spec) => {
    const namespaces = spec.linux?.namespaces?.filter(({ type }) => type !== "pid");
    spec.linux = { ...spec.linux, ...(namespaces && { namespaces }) };
  });
  const { status, stdout } = await withPipes(lab, ["run", "--keep", "-b", bundle, id]);
  t.equal(status, 3);
  const left = Number(stdout);
  t.ok(isAlive(left), "without a pid namespace it lives on");
  t.equal(lab.runt(["kill", "--all", id, "9"]).status, 0);
  await until("it has died", () => !isAlive(left));
  t.equal(lab.runt(["delete", id]).status, 0);
});

binaryTest("18: a terminal in the foreground, without being the controlling one", async (t, lab) => {
  const { master, peer } = openTerminal();
  setWindowSize(master, 11, 22);
  // The size comes over a moment after the start.
  const sized = (size: string) =>
    `until [ "$(stty size 2>/dev/null)" = "${size}" ]; do sleep 0.05; done; stty size`;
  const script = `tty; ${sized("11 22")}; ${sized("33 44")}; exit 4`;
  const bundle = lab.bundle(["sh", "-c", script], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true };
  });
  const words = ["--root", lab.root, "run", "--keep", "-b", bundle, lab.id("foreground")];
  const child = spawn(RUNT, words, {
    stdio: [peer, peer, peer],
    detached: true,
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  const ended = new Promise((done) => child.on("close", done));
  t.match(readTerminal(master, /11 22\n/), "/dev/pts/0\n");
  setWindowSize(master, 33, 44);
  child.kill("SIGWINCH");
  t.match(readTerminal(master, /33 44\n/), "33 44");
  t.equal(await ended, 4);
  for (const fd of [master, peer]) sys.close(fd);
});

binaryTest("19: state while a container comes and goes", async (t, lab) => {
  const order = ["creating", "created", "running", "stopped"];
  for (let round = 0; round < 3; round++) {
    const id = lab.id(`watched-${round}`);
    const bundle = lab.bundle(["sleep", "0.7"]);
    const begun = lab.begin(["run", "--keep", "-b", bundle, id]);
    const seen: string[] = [];
    while (seen.at(-1) !== "stopped") {
      const { status, stdout, stderr } = lab.runt(["state", id]);
      if (status !== 0) {
        t.match(stderr, "does not exist");
        t.same(seen, [], "once it is there it stays");
        // Lets the event loop see the other command's end.
        await sleep(0);
        continue;
      }
      const state = JSON.parse(stdout);
      t.match(state, { id, bundle, rootfs: `${bundle}/rootfs` });
      seen.push(state.status);
    }
    t.same(
      seen,
      [...seen].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
      seen.join(", "),
    );
    t.equal((await begun.ended).status, 0);
  }
  const id = lab.create("never-stopped", ["true"]);
  for (let i = 0; i < 5; i++) t.equal(lab.state(id).status, "created");
});

binaryTest("22: what the process inherits", (t, lab) => {
  const id = lab.start("inherits", ["sleep", "100"], (spec) => {
    spec.process = {
      ...spec.process,
      cwd: "/",
      oomScoreAdj: 123,
      user: { uid: 0, gid: 0, umask: 0o27 },
      rlimits: [{ type: "RLIMIT_NOFILE", soft: 100, hard: 200 }],
    };
  });
  const { pid } = lab.state(id);
  const exec = lab.path("exec.pid");
  lab.ok(["exec", "-d", "--pid-file", exec, id, "sleep", "99"]);
  for (const one of [pid, Number(readFileSync(exec, "utf8"))]) {
    const status = readFileSync(`/proc/${one}/status`, "utf8");
    t.match(status, /^SigBlk:\t0{16}$/m, "no signal is blocked");
    t.match(status, /^SigIgn:\t0{16}$/m, "none is ignored");
    t.match(status, /^Threads:\t1$/m);
    t.match(status, /^Umask:\t0027$/m);
    t.match(readFileSync(`/proc/${one}/limits`, "utf8"), /^Max open files +100 +200 /m);
    t.equal(readFileSync(`/proc/${one}/oom_score_adj`, "utf8"), "123\n");
    t.same(readdirSync(`/proc/${one}/fd`).sort(), ["0", "1", "2"]);
  }
});

binaryTest("23: the prestart hook gets the state of a container whose namespaces exist", (t, lab) => {
  const [seen, net, own] = [lab.path("seen.json"), lab.path("net"), lab.path("stdout")];
  const script = [
    `cat >${seen}`,
    `pid=$(sed 's/.*"pid": *\\([0-9]*\\).*/\\1/' ${seen})`,
    `readlink /proc/$pid/ns/net >${net}`,
    `readlink /proc/self/fd/1 >&2; readlink /proc/$$/fd/1 >${own}`,
    "echo noise; echo noise >&2",
  ].join("\n");
  writeFileSync(lab.path("hook.sh"), script);
  const id = lab.id("hooked");
  const bundle = lab.bundle(["sleep", "100"], (spec) => {
    spec.hooks = {
      prestart: [{ path: "/bin/sh", args: ["sh", lab.path("hook.sh")], env: ["PATH=/usr/bin:/bin"] }],
    };
  });
  const created = lab.runt(["create", "-b", bundle, id]);
  t.same(created, { status: 0, stdout: "", stderr: "" }, "the hook's output is not the runtime's");
  const { pid } = lab.state(id);
  t.match(JSON.parse(readFileSync(seen, "utf8")), { id, pid, bundle, status: /^creat(ing|ed)$/ });
  t.equal(readFileSync(net, "utf8").trim(), readlinkSync(`/proc/${pid}/ns/net`));
  t.not(readFileSync(own, "utf8").trim(), readlinkSync(`/proc/${pid}/fd/1`), "nor the container's");
});

binaryTest("24: one record for a failed create, none for another", (t, lab) => {
  const log = lab.path("log.json");
  const create = (bundle: string) =>
    lab.runt(["--log", log, "--log-format", "json", "create", "-b", bundle, lab.id("logged")]).status;
  t.equal(create(lab.bundle(["true"])), 0);
  t.equal(readFileSync(log, "utf8"), "", "the file is there, and empty");
  lab.deleteAll();
  const broken = lab.bundle(["true"], (spec) => {
    spec.mounts = [
      ...(spec.mounts ?? []),
      { destination: "/x", type: "bind", source: "/nosuch", options: ["bind"] },
    ];
  });
  t.equal(create(broken), 1);
  const record = JSON.parse(readFileSync(log, "utf8"));
  t.match(record, { level: "error", msg: /mounts\[\d+\].*\/nosuch/, time: String });
});

binaryTest("25: two creates at once, and list while a container is deleted", async (t, lab) => {
  const bundle = lab.bundle(["sleep", "100"]);
  const ids = [lab.id("left"), lab.id("right")];
  const begun = ids.map((id) => lab.begin(["create", "-b", bundle, id]));
  for (const { ended } of begun) t.same(await ended, { status: 0, stdout: "", stderr: "" });
  t.equal(lab.ok(["list", "-q"]), `${ids.join("\n")}\n`);
  const same = lab.id("same");
  const rivals = ["a", "b", "c"].map(() => lab.begin(["create", "-b", bundle, same]));
  const ends = await Promise.all(rivals.map(({ ended }) => ended));
  t.equal(ends.filter(({ status }) => status === 0).length, 1, "one of three gets the id");
  // A rival that is just too late for the id meets the winner's process in the cgroup.
  const refusal = /already exists|cgroup is not empty/;
  for (const { status, stderr } of ends) if (status !== 0) t.match(stderr, refusal);
  t.equal(lab.state(same).status, "created");
  const deletes = [...ids, same].map((id) => lab.begin(["delete", id]));
  for (let i = 0; i < 4; i++) {
    const { status, stdout, stderr } = lab.runt(["list", "--format", "json"]);
    t.match({ status, stderr }, { status: 0, stderr: "" });
    t.doesNotThrow(() => JSON.parse(stdout));
    await sleep(0);
  }
  for (const { ended } of deletes) t.equal((await ended).status, 0);
});
