/** exec by the binary: what its process is, how it ends, and when it is refused. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { binaryTest, isAlive, until } from "./binary.ts";
import { ConsoleSocket, isTerminal, readTerminal, sys } from "./console.ts";

t.setTimeout(600_000);

const TMP = { destination: "/tmp", type: "tmpfs", source: "tmpfs" };

binaryTest("arguments, environment, working directory", (t, lab) => {
  const id = lab.start("exec", ["sleep", "100"], (spec) => {
    spec.process = { ...spec.process, cwd: "/etc", env: [...(spec.process?.env ?? []), "OWN=1"] };
  });
  t.equal(lab.ok(["exec", id, "echo", "a b", "--", "-e", "$x"]), "a b -- -e $x\n");
  t.equal(lab.ok(["exec", id, "sh", "-c", "echo $OWN"]), "1\n", "the container's own environment");
  t.equal(lab.ok(["exec", "-e", "A=1=2", "--env", "B=", id, "sh", "-c", "echo $OWN:$A:$B"]), "1:1=2:\n");
  t.equal(lab.ok(["exec", "-e", "OWN=2", id, "sh", "-c", "echo $OWN"]), "2\n", "the last one wins");
  t.equal(lab.ok(["exec", id, "pwd"]), "/etc\n");
  t.equal(lab.ok(["exec", "--cwd", "/bin", id, "pwd"]), "/bin\n");
  const nowhere = lab.runt(["exec", "--cwd", "/nosuch/../../x", id, "pwd"]);
  t.equal(nowhere.status, 255);
  t.match(nowhere.stderr, /^exec failed: .*cwd/);
});

binaryTest("user and groups", (t, lab) => {
  const id = lab.start("user");
  const ids = (...args: string[]) =>
    lab.ok(["exec", ...args, id, "grep", "-E", "^(Uid|Gid|Groups)", "/proc/self/status"]);
  const lines = (uid: number, gid: number, groups: string) =>
    new RegExp(`^Uid:(\\t${uid}){4}\\nGid:(\\t${gid}){4}\\nGroups:\\t${groups} ?\\n$`);
  t.match(ids(), lines(0, 0, ""));
  t.match(ids("--user", "1000:1001"), lines(1000, 1001, ""));
  t.match(ids("-u", "1000"), lines(1000, 0, ""));
  t.match(ids("-u", "7:8", "-g", "20", "--additional-gids", "30"), lines(7, 8, "20 30"));
  for (const [user, text] of [
    ["root", "bad uid"],
    ["1000x", "bad uid"],
    ["-1", "bad uid"],
    ["4294967296", "bad uid"],
    ["1:", "bad gid"],
    ["1:2:3", "bad gid"],
  ] as const) {
    const { status, stderr } = lab.runt(["exec", `--user=${user}`, id, "true"]);
    t.equal(status, 255, user);
    t.match(stderr, text, user);
  }
});

binaryTest("the exit status is the process's", (t, lab) => {
  const id = lab.start("status");
  t.same(lab.runt(["exec", id, "true"]), { status: 0, stdout: "", stderr: "" });
  t.equal(lab.runt(["exec", id, "sh", "-c", "exit 42"]).status, 42);
  t.equal(lab.runt(["exec", id, "sh", "-c", "kill -9 $$"]).status, 137);
});

binaryTest("stdin, stdout and stderr", (t, lab) => {
  const id = lab.start("stdio");
  const input = `${"y".repeat(100_000)}\n`;
  const ended = lab.runt(["exec", id, "sh", "-c", "cat; echo wrong >&2"], { input });
  t.ok(ended.stdout === input, "all of stdin comes back");
  t.equal(ended.stderr, "wrong\n");
});

binaryTest("signals are forwarded", async (t, lab) => {
  const id = lab.start("forward");
  const script = "trap 'echo got; exit 7' TERM; echo ready; while :; do sleep 0.05; done";
  const begun = lab.begin(["exec", id, "sh", "-c", script]);
  await until("the trap is set", () => begun.stdout() === "ready\n");
  begun.child.kill("SIGTERM");
  t.same(await begun.ended, { status: 7, stdout: "ready\ngot\n", stderr: "" });
  t.equal(lab.state(id).status, "running", "init got none");
});

binaryTest("a command that cannot be found or executed", (t, lab) => {
  const id = lab.start("absent");
  const pidFile = lab.path("exec.pid");
  const missing = (...command: string[]) => {
    const ended = lab.runt(["exec", "-d", "--pid-file", pidFile, id, ...command]);
    t.equal(ended.status, 255, command.join(" "));
    t.equal(ended.stderr.split("\n").length, 2, "one line");
    t.notOk(existsSync(pidFile), "no pid file");
    return ended.stderr;
  };
  t.match(missing("nosuch"), /^exec failed: .*nosuch.*executable file not found/);
  t.match(missing("/bin/nosuch"), /^exec failed: .*\/bin\/nosuch.*no such file or directory/);
  t.match(missing("/etc"), /permission denied|is a directory/);
  t.match(missing("/proc/version"), /permission denied/);
  const log = lab.path("log.json");
  lab.runt(["--log", log, "--log-format", "json", "exec", id, "nosuch"]);
  t.match(JSON.parse(readFileSync(log, "utf8")), { level: "error", msg: /executable file not found/ });
  t.equal(lab.runt(["exec", id, "true"]).status, 0, "the container goes on");
});

binaryTest("no command, no container", (t, lab) => {
  const id = lab.start("none");
  const empty = lab.runt(["exec", id]);
  t.equal(empty.status, 255);
  t.match(empty.stderr, "exec args cannot be empty");
  const unknown = lab.runt(["exec", "nosuch", "true"]);
  t.equal(unknown.status, 255);
  t.match(unknown.stderr, "does not exist");
});

binaryTest("a stopped container, a paused one, a created one", async (t, lab) => {
  const id = lab.create("refusing", ["sleep", "100"]);
  t.equal(lab.ok(["exec", id, "echo", "early"]), "early\n", "a created one takes it");
  lab.ok(["start", id]);
  lab.ok(["pause", id]);
  const paused = lab.runt(["exec", id, "true"]);
  t.equal(paused.status, 255);
  t.match(paused.stderr, "cannot exec in a paused container (use --ignore-paused to override)");
  const waiting = lab.begin(["exec", "--ignore-paused", id, "echo", "late"]);
  lab.ok(["resume", id]);
  t.same(await waiting.ended, { status: 0, stdout: "late\n", stderr: "" }, "--ignore-paused waits");
  lab.ok(["kill", id, "KILL"]);
  await lab.reach(id, "stopped");
  const stopped = lab.runt(["exec", id, "true"]);
  t.equal(stopped.status, 255);
  t.match(stopped.stderr, "cannot exec in a stopped container");
});

binaryTest("--detach writes the pid of a process that dies with init", async (t, lab) => {
  const id = lab.start("detach");
  const pidFile = lab.path("exec.pid");
  writeFileSync(pidFile, "");
  t.same(lab.runt(["exec", "--detach", "--pid-file", pidFile, id, "sleep", "99"]), {
    status: 0,
    stdout: "",
    stderr: "",
  });
  const text = readFileSync(pidFile, "utf8");
  t.match(text, /^[0-9]+$/);
  const pid = Number(text);
  t.equal(readFileSync(`/proc/${pid}/cmdline`, "utf8"), "sleep\x0099\0", "it has been executed already");
  const init = lab.state(id).pid;
  for (const namespace of ["pid", "mnt", "net", "ipc", "uts", "cgroup", "user"]) {
    const link = `ns/${namespace}`;
    t.equal(readlinkSync(`/proc/${pid}/${link}`), readlinkSync(`/proc/${init}/${link}`), namespace);
  }
  t.equal(
    readFileSync(`/proc/${pid}/cgroup`, "utf8"),
    readFileSync(`/proc/${init}/cgroup`, "utf8"),
    "cgroup",
  );
  t.ok(JSON.parse(lab.ok(["ps", "--format", "json", id])).includes(pid));
  lab.ok(["kill", id, "KILL"]);
  await until("the exec'd process has died", () => !isAlive(pid));
});

binaryTest("--process is the whole process", (t, lab) => {
  const id = lab.start("file", ["sleep", "100"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", env: ["PATH=/bin", "OWN=1"] };
  });
  const file = lab.path("process.json");
  const write = (process: object) => writeFileSync(file, JSON.stringify(process));
  const script = "echo none$OWN $MORE $PWD $(id -u) $(grep ^NoNewPrivs /proc/self/status)";
  write({
    args: ["sh", "-c", script],
    cwd: "/bin",
    env: ["PATH=/bin", "MORE=2"],
    user: { uid: 5, gid: 6 },
    noNewPrivileges: true,
  });
  const ignored = ["--cwd", "/etc", "-e", "MORE=9", "-u", "7", "-t"];
  t.equal(lab.ok(["exec", ...ignored, "--process", file, id]), "none 2 /bin 5 NoNewPrivs: 1\n");
  write({ args: ["true"], cwd: "bin" });
  const relative = lab.runt(["exec", "-p", file, id]);
  t.equal(relative.status, 255);
  t.match(relative.stderr, /cwd/);
  t.match(lab.runt(["exec", "-p", lab.path("nosuch.json"), id]).stderr, /nosuch\.json/);
  writeFileSync(file, '{"args": ["true"');
  t.match(lab.runt(["exec", "-p", file, id]).stderr, /process\.json/);
});

binaryTest("a terminal over the console socket", async (t, lab) => {
  const id = lab.start("tty");
  const path = lab.path("tty.sock");
  const socket = new ConsoleSocket(path);
  const script = "tty; echo controlling >/dev/tty";
  t.equal(lab.runt(["exec", "-t", "-d", "--console-socket", path, id, "sh", "-c", script]).status, 0);
  const messages = socket.receive();
  const master = messages[0]?.fds[0] ?? -1;
  t.match(messages, [{ payload: /^.+$/, fds: [master] }]);
  t.ok(isTerminal(master));
  t.match(readTerminal(master), /^\/dev\/pts\/\d+\ncontrolling\n$/);
  sys.close(master);
  socket.close();
  t.match(
    lab.runt(["exec", "-t", "-d", id, "true"]).stderr,
    /cannot allocate tty if runt will detach without setting console socket/,
  );
  t.equal(lab.ok(["exec", "-t", id, "tty"]).trim(), "/dev/pts/0", "in the foreground runt relays");
});

binaryTest("--cap adds, but never to the inheritable set", (t, lab) => {
  const id = lab.start("caps");
  const caps = (...args: string[]) => lab.ok(["exec", ...args, id, "grep", "^Cap", "/proc/self/status"]);
  const set = (text: string, name: string) =>
    BigInt(`0x${new RegExp(`^${name}:\\t(\\S+)`, "m").exec(text)?.[1]}`);
  const before = caps();
  const after = caps("--cap", "CAP_SYS_TIME", "-c", "CAP_SYS_BOOT");
  const added = (1n << 25n) | (1n << 22n);
  for (const name of ["CapBnd", "CapEff", "CapPrm"]) {
    t.equal(set(before, name) & added, 0n, name);
    t.equal(set(after, name), set(before, name) | added, name);
  }
  for (const name of ["CapInh", "CapAmb"]) t.equal(set(after, name), 0n, name);
  t.equal(caps("--cap", "CAP_NOSUCH"), before, "a name that this kernel does not know gives nothing");
});

binaryTest("--cap of what cannot be given is told in the words of create", (t, lab) => {
  const [unknown, lacking] = ["CAP_NOSUCH", "CAP_SYS_TIME"];
  const limited = (args: string[]) => lab.runt(args, { under: ["setpriv", "--bounding-set", "-sys_time"] });
  const words = [
    /level=warning msg=".*: unknown capability \\"CAP_NOSUCH\\" is left out/,
    /level=warning msg="can't grant capability CAP_SYS_TIME: runt itself does not have it/,
  ];
  const id = lab.id("told");
  const bundle = lab.bundle(["sleep", "100"], (spec) => {
    const sets = spec.process?.capabilities ?? {};
    for (const set of ["bounding", "permitted"] as const)
      sets[set] = [...(sets[set] ?? []), unknown, lacking];
  });
  const created = limited(["create", "--bundle", bundle, id]);
  for (const word of words) t.match(created, { status: 0, stderr: word });
  lab.ok(["delete", "--force", id]);
  const plain = lab.start("plain");
  const added = limited(["exec", "--cap", unknown, "--cap", lacking, plain, "true"]);
  for (const word of words) t.match(added, { status: 0, stderr: word });
  const near = lab.runt(["exec", "--cap", "CAP_CHWN", plain, "true"]);
  t.match(near, { status: 0, stderr: /did you mean \\"CAP_CHOWN\\"\?/ });
  t.same(lab.runt(["exec", "--cap", "CAP_SYS_TIME", plain, "true"]), { status: 0, stdout: "", stderr: "" });
});

binaryTest("--no-new-privs", (t, lab) => {
  const id = lab.start("nnp", ["sleep", "100"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", noNewPrivileges: false };
  });
  const line = (...args: string[]) =>
    lab.ok(["exec", ...args, id, "grep", "^NoNewPrivs", "/proc/self/status"]);
  t.equal(line(), "NoNewPrivs:\t0\n");
  t.equal(line("--no-new-privs"), "NoNewPrivs:\t1\n");
});

binaryTest("only 0, 1 and 2 are open, and what --preserve-fds names", (t, lab) => {
  const id = lab.start("fds");
  // The last one is ls's own, of the directory.
  t.equal(lab.ok(["exec", id, "ls", "/proc/self/fd"]), "0\n1\n2\n3\n");
  const given = openSync("/proc/version", "r");
  const more = { fds: [given, given, given] };
  t.equal(lab.ok(["exec", id, "ls", "/proc/self/fd"], more), "0\n1\n2\n3\n", "leaked ones are not passed");
  t.equal(lab.ok(["exec", "--preserve-fds", "2", id, "ls", "/proc/self/fd"], more), "0\n1\n2\n3\n4\n5\n");
  const bundle = lab.bundle(["sh", "-c", "cat <&4; ls /proc/self/fd"]);
  const run = lab.runt(["run", "--preserve-fds", "2", "-b", bundle, lab.id("fds-run")], more);
  t.match(run, { status: 0, stdout: /^Linux.*\n0\n1\n2\n3\n4\n5\n$/ });
  closeSync(given);
  const pidFile = lab.path("pid");
  lab.ok(["exec", "-d", "--pid-file", pidFile, id, "sleep", "98"]);
  t.same(readdirSync(`/proc/${readFileSync(pidFile, "utf8")}/fd`).sort(), ["0", "1", "2"]);
  t.same(readdirSync(`/proc/${lab.state(id).pid}/fd`).sort(), ["0", "1", "2"], "init's as well");
});

binaryTest("the pid file replaces what was there", (t, lab) => {
  const id = lab.start("pid-file");
  const canary = lab.path("canary");
  writeFileSync(canary, "untouched");
  const pidFile = lab.path("link");
  symlinkSync(canary, pidFile);
  lab.ok(["exec", "-d", "--pid-file", pidFile, id, "true"]);
  t.match(readFileSync(pidFile, "utf8"), /^[0-9]+$/);
  t.equal(readFileSync(canary, "utf8"), "untouched", "the link itself, not its target");
  const relative = lab.runt(["exec", "-d", "--pid-file", "relative.pid", id, "true"], { cwd: lab.folder });
  t.equal(relative.status, 0);
  t.match(readFileSync(lab.path("relative.pid"), "utf8"), /^[0-9]+$/);
});

binaryTest("exec sees the container's mounts, not its own copy", (t, lab) => {
  const id = lab.start("mounts", ["sleep", "100"], (spec) => {
    spec.mounts = [...(spec.mounts ?? []), TMP];
  });
  lab.ok(["exec", id, "touch", "/tmp/one"]);
  t.equal(lab.ok(["exec", id, "ls", "/tmp"]), "one\n");
});
