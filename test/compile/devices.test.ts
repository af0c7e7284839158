import t from "tap";
import { compileDevLinks } from "../../src/compile/dev-links.ts";
import { compileDevices } from "../../src/compile/devices.ts";
import type { SysCall } from "../../src/plan/call.ts";
import type { Device, Mount } from "../../src/spec/types.ts";
import { filesystemInput, follow, type Given, KNOWN, line } from "./filesystem-input.ts";
import { encode, sysCalls } from "./process/input.ts";

const DEFAULTS = ["null", "zero", "full", "random", "urandom", "tty"].map(
  (name) => `make the device /dev/${name}`,
);
const FUSE: Device = { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o600, uid: 3, gid: 4 };

function compile(given: Given) {
  const steps = compileDevices(filesystemInput(given));
  encode(steps, KNOWN);
  return steps;
}

/** A statx that finds this device. */
const finding = (mode: number, major: number, minor: number) => (call: SysCall) =>
  call.name === "statx"
    ? { loads: { "device.mode": mode, "device.major": major, "device.minor": minor } }
    : undefined;

t.test("the devices of the config, then the defaults that it does not name", (t) => {
  const zero: Device = { path: "//dev/zero", type: "c", major: 1, minor: 5 };
  const steps = compile({ linux: { devices: [FUSE, zero] } });
  t.same(
    steps.map(({ from, title }) => [from, title]),
    [
      ["/linux/devices/0", "make the device /dev/fuse"],
      ["/linux/devices/1", "make the device //dev/zero"],
      ...DEFAULTS.filter((title) => !title.endsWith("/zero")).map((title) => ["runt:default-devices", title]),
    ],
  );
  t.end();
});

t.test("a node is made below its opened folder and verified before it is given away", (t) => {
  const [step] = compile({ linux: { devices: [FUSE] } });
  const steps = step === undefined ? [] : [step];
  const walked = follow(steps, finding(0o020600, 10, 229));
  t.equal(walked.failed, undefined);
  t.same(walked.made.map(line), [
    "openat2 rootfs.fd dev",
    "umask",
    "mknodat device.dir fuse",
    "umask device.umask",
    "openat2 device.dir fuse",
    "statx device.fd",
    "fchownat device.fd",
    "close device.fd",
    "close device.dir",
  ]);
  t.equal(walked.open, 0);
  t.same(sysCalls(steps, "mknodat")[0]?.args.slice(2), [0o020600, (10 << 8) | 229]);
  t.same(sysCalls(steps, "fchownat")[0]?.args.slice(2, 4), [3, 4]);
  t.end();
});

t.test("numbers above 255 are laid out as the kernel reads them", (t) => {
  const [step] = compile({ linux: { devices: [{ path: "/dev/b", type: "b", major: 259, minor: 0x12345 }] } });
  const [call] = sysCalls(step === undefined ? [] : [step], "mknodat");
  t.same(call?.args.slice(2), [0o060666, 0x45 | (259 << 8) | (0x12300 << 12)]);
  t.end();
});

t.test("what is there and is something else is an error", (t) => {
  const steps = compile({ linux: { devices: [FUSE] } }).slice(0, 1);
  const meet = (mode: number, major: number, minor: number) =>
    follow(steps, (call) => (call.name === "mknodat" ? "EEXIST" : finding(mode, major, minor)(call))).failed;
  t.equal(meet(0o020644, 10, 229), undefined, "the same device");
  const why = "/dev/fuse exists already and is not the device c 10:229";
  for (const [mode, major, minor] of [
    [0o020644, 10, 230],
    [0o020644, 1, 229],
    [0o060644, 10, 229],
    [0o100644, 0, 0],
    [0o120777, 0, 0],
  ] as const) {
    t.same(meet(mode, major, minor), { errno: "EEXIST", why });
  }
  t.end();
});

t.test("a FIFO has no numbers, and type bits in the mode do no harm", (t) => {
  const devices: Device[] = [
    { path: "/p", type: "p", fileMode: 0o010640 },
    { path: "/u", type: "u", major: 1, minor: 2, fileMode: 0o060640 },
  ];
  const steps = compile({ linux: { devices } });
  t.same(
    sysCalls(steps.slice(0, 2), "mknodat").map((call) => call.args[2]),
    [0o010640, 0o020640],
  );
  t.end();
});

t.test("a device without numbers is refused", (t) => {
  t.throws(() => compile({ linux: { devices: [{ path: "/dev/x", type: "c", major: 1 }] } }), {
    code: "SPEC_INVALID",
    pointer: "/linux/devices/0",
  });
  t.end();
});

t.test("in a user namespace the host's nodes are bound, after a look at what they are", (t) => {
  const user: Given = { linux: { devices: [FUSE], namespaces: [{ type: "user" }] } };
  for (const given of [user, { linux: { devices: [FUSE] }, facts: { inUserNamespace: true } }]) {
    const steps = compile(given).slice(0, 1);
    const walked = follow(steps, finding(0o020600, 10, 229));
    t.same(walked.made.map(line), [
      "open_tree /dev/fuse",
      "statx device.tree",
      "openat2 rootfs.fd dev/fuse",
      "move_mount device.tree device.fd",
      "close device.tree",
      "close device.fd",
    ]);
    t.match(follow(steps, finding(0o020600, 1, 3)).failed, {
      errno: "ENODEV",
      why: /\/dev\/fuse of the host is not/,
    });
  }
  const fifo = compile({ linux: { devices: [{ path: "/p", type: "p" }], namespaces: [{ type: "user" }] } });
  t.equal(sysCalls(fifo.slice(0, 1), "mknodat").length, 1, "a FIFO may be made");
  t.end();
});

t.test("a /dev of the host is left alone", (t) => {
  const mounts: Mount[] = [{ destination: "/dev/", type: "bind", source: "/dev", options: ["rbind"] }];
  t.same(compile({ mounts }), []);
  t.same(compileDevLinks(filesystemInput({ mounts })), []);
  t.equal(compile({ mounts: [{ destination: "/dev", type: "tmpfs" }] }).length, DEFAULTS.length);
  t.end();
});

t.test("links are made below the opened /dev", (t) => {
  const steps = compileDevLinks(filesystemInput({}));
  encode(steps, KNOWN);
  const walked = follow(steps);
  t.same(walked.made.map(line), [
    "openat2 rootfs.fd dev",
    "symlinkat /proc/self/fd link.dir fd",
    "symlinkat /proc/self/fd/0 link.dir stdin",
    "symlinkat /proc/self/fd/1 link.dir stdout",
    "symlinkat /proc/self/fd/2 link.dir stderr",
    "statx proc.fd kcore",
    "symlinkat /proc/kcore link.dir core",
    "unlinkat link.dir ptmx",
    "symlinkat pts/ptmx link.dir ptmx",
    "close link.dir",
  ]);
  t.equal(walked.open, 0);
  const without = follow(steps, (call) => (call.name === "statx" ? "ENOENT" : undefined));
  t.notOk(without.made.map(line).join().includes("core link.dir"), "no link to what the kernel lacks");
  t.equal(follow(steps, (call) => (/fd$|stdin$/.test(line(call)) ? "EEXIST" : undefined)).failed, undefined);
  t.equal(follow(steps, (call) => (/ptmx$/.test(line(call)) ? "EEXIST" : undefined)).failed?.errno, "EEXIST");
  t.end();
});
