/** Terminals by the binary: the console socket, /dev/console, sizes, refusals, and no pipe held open. */
import { spawn } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import t from "tap";
import { type BinaryLab, binaryTest, RUNT, until } from "./binary.ts";
import { ConsoleSocket, isTerminal, type Received, readTerminal, setWindowSize, sys } from "./console.ts";

t.setTimeout(600_000);

/** Creates a container with a terminal; the socket is looked at only after create has returned. */
function createOnTerminal(
  lab: BinaryLab,
  name: string,
  script: string,
  size?: { height: number; width: number },
) {
  const id = lab.id(name);
  const bundle = lab.bundle(["sh", "-c", script], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true, ...(size && { consoleSize: size }) };
  });
  const socket = new ConsoleSocket(lab.path("tty.sock"));
  const ended = lab.runt(["create", "-b", bundle, "--console-socket", lab.path("tty.sock"), id]);
  if (ended.status !== 0) throw new Error(ended.stderr);
  const messages = socket.receive();
  socket.close();
  return { id, messages, master: messages[0]?.fds[0] ?? -1 };
}

function closeAll(messages: readonly Received[]): void {
  for (const fd of messages.flatMap(({ fds }) => fds)) sys.close(fd);
}

binaryTest("black-box 3: the console socket gets one message with one terminal", (t, lab) => {
  const { id, messages, master } = createOnTerminal(
    lab,
    "one",
    "tty; echo out; echo err >&2; read line; echo got $line",
  );
  t.equal(messages.length, 1);
  t.ok(messages[0] !== undefined && messages[0].payload.length >= 1 && messages[0].payload.length <= 4095);
  t.equal(messages[0]?.fds.length, 1);
  t.ok(isTerminal(master));
  t.equal(lab.state(id).status, "created");
  lab.ok(["start", id]);
  t.equal(readTerminal(master, /err\n/), "/dev/pts/0\nout\nerr\n");
  sys.write(master, new TextEncoder().encode("words\n"));
  t.match(readTerminal(master), /got words\n$/);
  closeAll(messages);
});

binaryTest("the terminal is /dev/console and the controlling terminal", (t, lab) => {
  const script =
    "echo console >/dev/console; echo controlling >/dev/tty; stat -c %t:%T /dev/console /dev/pts/0";
  const { id, messages, master } = createOnTerminal(lab, "console", script);
  lab.ok(["start", id]);
  const [first, second, console, pts] = readTerminal(master).split("\n");
  t.same([first, second], ["console", "controlling"]);
  t.equal(console, pts);
  t.equal(console, "88:0", "a pty of the container's own devpts");
  closeAll(messages);
});

binaryTest("consoleSize is the terminal's size, which the receiver may change", (t, lab) => {
  const script = "stty size; read line; stty size";
  const { id, messages, master } = createOnTerminal(lab, "size", script, { height: 33, width: 101 });
  lab.ok(["start", id]);
  t.equal(readTerminal(master, /\n/), "33 101\n");
  setWindowSize(master, 12, 34);
  sys.write(master, new TextEncoder().encode("\n"));
  t.equal(readTerminal(master), "\n12 34\n");
  closeAll(messages);
});

binaryTest("a signal key reaches the container", async (t, lab) => {
  const script = "trap 'echo interrupted; exit' INT; echo ready; while :; do sleep 0.05; done";
  const { id, messages, master } = createOnTerminal(lab, "key", script);
  lab.ok(["start", id]);
  readTerminal(master, /ready\n/);
  sys.write(master, new Uint8Array([3]));
  t.match(readTerminal(master), /interrupted\n$/);
  await lab.reach(id, "stopped");
  closeAll(messages);
});

binaryTest("a hang-up: the container's terminal closes with its master", async (t, lab) => {
  const { id, messages } = createOnTerminal(lab, "hangup", "sleep 100");
  lab.ok(["start", id]);
  // Init of a pid namespace ignores SIGHUP unless it handles it, so the terminal's end is what it sees.
  closeAll(messages);
  const tty = lab.runt(["exec", id, "sh", "-c", "echo hello >/dev/console"]);
  t.not(tty.status, 0);
});

binaryTest("a socket is needed, and needed only with a terminal", (t, lab) => {
  const withTerminal = lab.bundle(["true"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true };
  });
  const missing = lab.runt(["create", "-b", withTerminal, lab.id("no-socket")]);
  t.equal(missing.status, 1);
  t.match(missing.stderr, /cannot allocate tty if runt will detach without setting console socket/);
  const detached = lab.runt(["run", "-d", "-b", withTerminal, lab.id("no-socket")]);
  t.match(detached.stderr, /cannot allocate tty if runt will detach without setting console socket/);
  const socket = new ConsoleSocket(lab.path("unused.sock"));
  const needless = lab.runt([
    "create",
    "-b",
    lab.bundle(["true"]),
    "--console-socket",
    lab.path("unused.sock"),
    lab.id("no-tty"),
  ]);
  t.equal(needless.status, 1);
  t.match(needless.stderr, /cannot use console socket if runt will not detach or allocate tty/);
  t.notOk(socket.hasCaller, "nobody has called");
  socket.close();
  t.equal(lab.ok(["list", "-q"]), "");
});

binaryTest("a console socket that nobody listens on", (t, lab) => {
  const bundle = lab.bundle(["true"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true };
  });
  const path = lab.path("nowhere.sock");
  const { status, stderr } = lab.runt(["create", "-b", bundle, "--console-socket", path, lab.id("nobody")]);
  t.equal(status, 1);
  t.match(stderr, path, "the error names the socket");
  t.equal(lab.ok(["list", "-q"]), "");
});

binaryTest("black-box 1: stdout and stderr reach their end when create returns", async (t, lab) => {
  const id = lab.id("eof");
  const bundle = lab.bundle(["sleep", "100"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true };
  });
  const socket = new ConsoleSocket(lab.path("eof.sock"));
  const words = ["--root", lab.root, "create", "-b", bundle, "--console-socket", lab.path("eof.sock"), id];
  // One pipe for both, as go-runc has it.
  const child = spawn("sh", ["-c", 'exec "$@" 2>&1', "sh", RUNT, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let status: number | null | undefined;
  let closed = false;
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.on("exit", (code) => {
    status = code;
  });
  child.on("close", () => {
    closed = true;
  });
  await until("create has returned", () => status !== undefined);
  await until("the pipe has ended", () => closed);
  t.equal(status, 0);
  t.equal(output, "");
  t.equal(lab.state(id).status, "created", "and init lives");
  closeAll(socket.receive());
  socket.close();
});

binaryTest("a symlink at /dev/console of the image is not followed", (t, lab) => {
  const id = lab.id("trap");
  const canary = lab.path("canary");
  const bundle = lab.bundle(["sh", "-c", "echo over >/dev/console"], (spec) => {
    spec.process = { ...spec.process, cwd: "/", terminal: true };
    spec.mounts = spec.mounts?.filter(({ destination }) => destination !== "/dev");
  });
  writeFileSync(canary, "untouched");
  symlinkSync(canary, `${bundle}/rootfs/dev/console`);
  const socket = new ConsoleSocket(lab.path("trap.sock"));
  lab.ok(["create", "-b", bundle, "--console-socket", lab.path("trap.sock"), id]);
  lab.ok(["start", id]);
  const messages = socket.receive();
  t.equal(readTerminal(messages[0]?.fds[0] ?? -1), "over\n", "it is the terminal instead");
  closeAll(messages);
  socket.close();
  t.equal(readFileSync(canary, "utf8"), "untouched");
});
