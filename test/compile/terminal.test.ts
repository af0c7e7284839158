import t from "tap";
import { compileExecTerminal, compileTerminal } from "../../src/compile/terminal.ts";
import type { SysCall } from "../../src/plan/call.ts";
import { callsOf, encode, inputOf, sysCalls, textOf } from "./process/input.ts";
import { type Answer, walk } from "./process/walk.ts";

const KNOWN = [
  ["rootfs.fd", 9],
  ["console.fd", 10],
] as const;
const TIOCSWINSZ = 0x5414;
const given = (more: object = {}) => inputOf({ process: { terminal: true, ...more } });
const PTMX = { "terminal.inode": 2, "terminal.major": 5, "terminal.minor": 2 };

const answer =
  (over: { fs?: number; device?: Record<string, number>; errno?: Record<string, string> } = {}) =>
  (call: SysCall): Answer => {
    const errno = over.errno?.[call.name === "openat2" ? textOf(call.args[1]) : call.name];
    if (errno !== undefined) return errno;
    if (call.name === "fstatfs") return { loads: { "terminal.fs": over.fs ?? 0x1cd1 } };
    if (call.name === "statx") return { loads: { ...PTMX, ...over.device } };
    return call.name === "sendmsg" ? 9 : 20;
  };

t.test("without a terminal there are no steps", (t) => {
  t.same(compileTerminal(inputOf()), []);
  t.same(compileExecTerminal(inputOf({ process: { terminal: false } })), []);
  t.end();
});

t.test("a pty of the container's devpts, unlocked, its peer asked of the master", (t) => {
  const steps = compileTerminal(given());
  encode(steps, KNOWN);
  const { made, failed } = walk(callsOf(steps), answer(), KNOWN);
  t.equal(failed, undefined);
  t.same(
    made.filter((call) => call.name === "openat2").map((call) => [call.args[0], textOf(call.args[1])]),
    [
      [{ slot: "rootfs.fd" }, "dev/pts"],
      [{ slot: "terminal.pts" }, "ptmx"],
      [{ slot: "rootfs.fd" }, "dev"],
      [{ slot: "terminal.dev" }, "console"],
      [{ slot: "terminal.dev" }, "console"],
    ],
  );
  t.same(
    sysCalls(steps, "ioctl").map((call) => call.args[1]),
    [0x40045431, 0x5441, 0x540e],
  );
  const order = made.map((call) => call.name);
  t.ok(order.indexOf("fstatfs") < order.lastIndexOf("statx"), "verified before it is opened");
  t.end();
});

t.test("what is not the multiplexer of a devpts is refused before it is used", (t) => {
  const calls = callsOf(compileTerminal(given()));
  const ioctls = (over: Parameters<typeof answer>[0]) => {
    const { made, failed } = walk(calls, answer(over), KNOWN);
    return { ioctls: made.filter((call) => call.name === "ioctl").length, failed };
  };
  t.match(ioctls({ fs: 0x01021994 }), { ioctls: 0, failed: { errno: "ENODEV", why: /not devpts; add/ } });
  t.match(ioctls({ errno: { "dev/pts": "ENOENT" } }), { ioctls: 0, failed: { errno: "ENODEV" } });
  for (const wrong of [{ "terminal.inode": 3 }, { "terminal.major": 1 }, { "terminal.minor": 3 }]) {
    t.match(ioctls({ device: wrong }), { ioctls: 0, failed: { errno: "EXDEV", why: /multiplexer/ } });
  }
  t.match(ioctls({ errno: { ptmx: "EXDEV" } }), { ioctls: 0, failed: { errno: "EXDEV" } }, "mounted over");
  const how = sysCalls(compileTerminal(given()), "openat2")[1]?.args[2];
  t.same(how, { block: [{ u64: 2 | 0o400 | 0o2000000 }, { u64: 0 }, { u64: 8 | 4 | 2 | 1 }] });
  t.end();
});

t.test("the size is set only when both numbers are given", (t) => {
  const sizes = (height: number, width: number) =>
    sysCalls(compileTerminal(given({ consoleSize: { height, width } })), "ioctl")
      .filter((call) => call.args[1] === TIOCSWINSZ)
      .map((call) => call.args[2]);
  t.same(sizes(10, 110), [{ block: [{ u16: 10 }, { u16: 110 }, { u16: 0 }, { u16: 0 }] }]);
  t.same(sizes(0, 110), []);
  t.same(sizes(10, 0), []);
  t.throws(() => sizes(65536, 1), { code: "SPEC_INVALID", pointer: "/process/consoleSize" });
  t.end();
});

t.test("the message is the name and exactly one fd", (t) => {
  const [call] = sysCalls(compileTerminal(given()), "sendmsg");
  t.equal(call?.expect, 9);
  t.same(call?.args[1], {
    block: [
      { u64: 0 },
      { u64: 0 },
      { ptr: { block: [{ ptr: { str: "/dev/ptmx" } }, { u64: 9 }] } },
      { u64: 1 },
      {
        ptr: {
          block: [{ u64: 20 }, { u32: 1 }, { u32: 1 }, { slot: "terminal.master", width: 4 }, { u32: 0 }],
        },
      },
      { u64: 24 },
      { u64: 0 },
    ],
  });
  t.end();
});

t.test("an existing /dev/console serves as the target, no link is followed", (t) => {
  const calls = callsOf(compileTerminal(given()));
  let opened = 0;
  const { failed, made } = walk(
    calls,
    (call) => {
      const isConsole = call.name === "openat2" && textOf(call.args[1]) === "console";
      return isConsole && opened++ === 0 ? "EEXIST" : answer()(call);
    },
    KNOWN,
  );
  t.equal(failed, undefined);
  t.equal(made.filter((call) => call.name === "move_mount").length, 1);
  for (const call of sysCalls(compileTerminal(given()), "openat2").slice(3)) {
    const [flags] = (call.args[2] as { block: { u64: number }[] }).block;
    t.equal((flags?.u64 ?? 0) & 0o400000, 0o400000, "O_NOFOLLOW");
  }
  t.end();
});

t.test("exec has a terminal of its own but leaves /dev/console", (t) => {
  const steps = compileExecTerminal(given());
  encode(steps, KNOWN);
  t.same(sysCalls(steps, "move_mount"), []);
  t.equal(sysCalls(steps, "sendmsg").length, 1);
  t.equal(walk(callsOf(steps), answer(), KNOWN).failed, undefined);
  t.end();
});
