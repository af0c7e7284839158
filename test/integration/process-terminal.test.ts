import { symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { RuntError } from "../../src/error/runt-error.ts";
import { bufferBytes, carry, slotValue } from "../../src/host/carry.ts";
import { block, buf, sys as call, load } from "../../src/plan/build.ts";
import { openFds } from "./lab.ts";
import { Box, host, sys } from "./process-box.ts";

if (process.getuid?.() !== 0) t.bailout("needs root");

const CONTROL_SIZE = 24;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** tty_nr of /proc/<pid>/stat for /dev/pts/0. */
const PTS_0 = String(136 << 8);

/** Receives one message with one fd, as managers do: the name and the fd. */
function receive(socket: number): { name: string; controlLength: number; fd: number } {
  const fill = block(
    { u64: 0 },
    { u64: 0 },
    { ptr: block({ ptr: buf("name", 64) }, { u64: 64 }) },
    { u64: 1 },
    { ptr: buf("control", CONTROL_SIZE) },
    { u64: CONTROL_SIZE },
    { u64: 0 },
  );
  const control = load("fd", "control", 16, 4);
  const recv = call("recvmsg", [socket, fill, MSG_CMSG_CLOEXEC], { into: "length", load: [control] });
  const carried = carry(host, [recv], new Map());
  if (carried.failure !== undefined) throw new Error(`recvmsg: ${carried.failure.errno}`);
  const bytes = bufferBytes(carried, "control");
  return {
    name: new TextDecoder().decode(bufferBytes(carried, "name").subarray(0, slotValue(carried, "length"))),
    controlLength: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true),
    fd: slotValue(carried, "fd"),
  };
}

/** Everything that is written to the terminal until its last user is gone. */
function readAll(master: number): string {
  let text = "";
  for (;;) {
    try {
      text += new TextDecoder().decode(sys.read(master, 4096));
    } catch (error) {
      if ((error as RuntError).errno === "EIO") return text.replace(/\r/g, "");
      throw error;
    }
  }
}

function runOnTerminal(box: Box, script: string, more: object = {}) {
  const [ours, theirs] = sys.socketpair(1);
  const { execution, error, reader } = box.start(
    { process: { args: ["sh", "-c", script], terminal: true, ...more } },
    theirs,
  );
  for (const fd of [theirs, reader]) sys.close(fd);
  if (error !== undefined) {
    const status = box.reap(execution);
    sys.close(ours);
    return { error, status, output: "", message: undefined };
  }
  const message = receive(ours);
  const output = readAll(message.fd);
  const status = box.reap(execution);
  for (const fd of [ours, message.fd]) sys.close(fd);
  return { error, status, output, message };
}

const box = new Box();
t.teardown(() => box.remove());

t.test("the terminal is stdio, controlling, on /dev/console, and the user's", (t) => {
  const script =
    "tty; readlink /proc/self/fd/2; stty size; stat -c %u /dev/pts/0; read a b c d e f nr rest < /proc/self/stat; echo $nr; echo y > /dev/console";
  const { error, status, output, message } = runOnTerminal(box, script, {
    user: { uid: 1000, gid: 1000 },
    consoleSize: { height: 10, width: 110 },
  });
  t.equal(error, undefined, error?.line ?? "");
  t.equal(status, 0);
  t.same(output.trim().split("\n"), ["/dev/pts/0", "/dev/pts/0", "10 110", "1000", PTS_0, "y"]);
  t.match(message, { name: "/dev/ptmx", controlLength: 20 });
  t.end();
});

t.test("without a size the receiver sets it", (t) => {
  const { output } = runOnTerminal(box, "stty size", { consoleSize: { height: 10, width: 0 } });
  t.notMatch(output, /\d/);
  t.end();
});

t.test("CVE-2025-52565: what the image puts at /dev/console is not followed", (t) => {
  const trapped = new Box();
  t.teardown(() => trapped.remove());
  trapped.put("victim", "untouched\n", 0o666);
  symlinkSync("/victim", join(trapped.rootfs, "dev/console"));
  runOnTerminal(trapped, "echo over > /dev/console; cat /victim");
  t.equal(trapped.read(join(trapped.rootfs, "victim")), "untouched\n");
  t.end();
});

t.test("no fd is left open", (t) => {
  const before = openFds();
  for (let i = 0; i < 3; i++) runOnTerminal(box, "true");
  t.equal(openFds(), before);
  t.end();
});
