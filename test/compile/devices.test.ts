import t from "tap";
import { compileDevLinks } from "../../src/compile/dev-links.ts";
import { compileDevices } from "../../src/compile/devices.ts";
import { O } from "../../src/plan/build.ts";
import type { SysCall } from "../../src/plan/call.ts";
import type { Device, Mount } from "../../src/spec/types.ts";
import { filesystemInput, follow, type Given, KNOWN, lacking, line, numbersOf } from "./filesystem-input.ts";
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

/** The step of the device of this path. */
const stepOf = (path: string, given: Given) =>
  compile(given).filter(({ title }) => title === `make the device ${path}`);

/** A statx that finds this device. */
const finding = (mode: number, major: number, minor: number) => (call: SysCall) =>
  call.name === "statx"
    ? { loads: { "device.mode": mode, "device.number": minor * 2 ** 32 + major } }
    : undefined;

t.test("the defaults that the config does not name, its own devices in /dev, then the others", (t) => {
  const zero: Device = { path: "//dev/zero", type: "c", major: 1, minor: 5 };
  const fifo: Device = { path: "/srv/p", type: "p" };
  const steps = compile({ linux: { devices: [fifo, FUSE, zero] } });
  t.same(
    steps.map(({ from, title }) => [from, title]),
    [
      ...DEFAULTS.filter((title) => !title.endsWith("/zero")).map((title) => ["runt:default-devices", title]),
      ["/linux/devices/1", "make the device /dev/fuse"],
      ["/linux/devices/2", "make the device //dev/zero"],
      ["/linux/devices/0", "make the device /srv/p"],
    ],
  );
  t.end();
});

t.test("a node is made below its opened folder and verified before it is given away", (t) => {
  const steps = stepOf("/dev/fuse", { linux: { devices: [FUSE] } });
  const walked = follow(steps, finding(0o020600, 10, 229));
  t.equal(walked.failed, undefined);
  t.same(walked.made.map(line), [
    "mknodat dev.fd fuse",
    "openat2 dev.fd fuse",
    "statx device.fd",
    "fchownat device.fd",
    "close device.fd",
  ]);
  t.equal(walked.open, 0);
  t.same(sysCalls(steps, "mknodat")[0]?.args.slice(2), [0o020600, (10 << 8) | 229]);
  t.same(sysCalls(steps, "fchownat")[0]?.args.slice(2, 4), [3, 4]);
  t.end();
});

/** A kernel that makes what it is told to: statx finds the node of the last mknodat. */
const making = () => {
  let loads: Record<string, number> = {};
  return (call: SysCall) => {
    const [, , mode = 0, number = 0] = call.args.map(Number);
    if (call.name === "mknodat")
      loads = { "device.mode": mode, "device.number": (number & 0xff) * 2 ** 32 + (number >> 8) };
    return call.name === "statx" ? { loads } : undefined;
  };
};

t.test("/dev is open until its links are made, other folders as long as devices of theirs follow", (t) => {
  const elsewhere = ["/srv/a", "/srv/b", "/opt/c"].map((path): Device => ({ path, type: "p" }));
  const given: Given = { linux: { devices: [...elsewhere, FUSE] } };
  const steps = [...compile(given), ...compileDevLinks(filesystemInput(given))];
  encode(steps, KNOWN);
  const walked = follow(steps, making());
  t.equal(walked.failed, undefined);
  t.equal(walked.open, 0);
  t.same(
    walked.made.map(line).filter((one) => /rootfs|mknodat|umask|close (dev.fd|device.dir)/.test(one)),
    [
      "umask",
      "openat2 rootfs.fd dev",
      ...["null", "zero", "full", "random", "urandom", "tty", "fuse"].map((name) => `mknodat dev.fd ${name}`),
      "openat2 rootfs.fd srv",
      "mknodat device.dir a",
      "mknodat device.dir b",
      "close device.dir",
      "openat2 rootfs.fd opt",
      "mknodat device.dir c",
      "close device.dir",
      "close dev.fd",
      "umask device.umask",
    ],
  );
  t.end();
});

t.test("a config that names every default device has /dev opened all the same", (t) => {
  const own = ["null", "zero", "full", "random", "urandom", "tty"].map(
    (name): Device => ({ path: `/dev/${name}`, type: "c", major: 1, minor: 3 }),
  );
  const steps = compile({ linux: { devices: [{ path: "/srv/p", type: "p" }, ...own] } });
  t.equal(steps[0]?.from, "/linux/devices/1");
  t.same(follow(steps.slice(0, 1), making()).made.map(line).slice(0, 2), ["umask", "openat2 rootfs.fd dev"]);
  t.end();
});

t.test("numbers above 255 are laid out as the kernel reads them", (t) => {
  const device: Device = { path: "/dev/b", type: "b", major: 259, minor: 0x12345 };
  const steps = stepOf("/dev/b", { linux: { devices: [device] } });
  t.equal(follow(steps, finding(0o060666, 259, 0x12345)).failed, undefined);
  const [call] = sysCalls(steps, "mknodat");
  t.same(call?.args.slice(2), [0o060666, 0x45 | (259 << 8) | (0x12300 << 12)]);
  t.end();
});

t.test("what is there and is something else is an error", (t) => {
  const steps = stepOf("/dev/fuse", { linux: { devices: [FUSE] } });
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
    sysCalls(steps.slice(-2), "mknodat").map((call) => call.args[2]),
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
    const steps = stepOf("/dev/fuse", given);
    const walked = follow(steps, finding(0o020600, 10, 229));
    t.same(walked.made.map(line), [
      "open_tree /dev/fuse",
      "statx device.tree",
      "openat2 rootfs.fd dev/fuse",
      "move_mount device.tree device.fd",
      "close device.tree",
      "close device.fd",
    ]);
    const missing = lacking("dev/fuse");
    const made = follow(steps, (call) => finding(0o020600, 10, 229)(call) ?? missing(call)).made;
    t.same(
      made
        .filter(({ name }) => name === "openat2")
        .map((call) => (numbersOf(call.args[2])[0] ?? 0) & O.CREAT),
      [0, O.CREAT],
      "a file to mount on",
    );
    t.match(follow(steps, finding(0o020600, 1, 3)).failed, {
      errno: "ENODEV",
      why: /\/dev\/fuse of the host is not/,
    });
  }
  const fifo = compile({ linux: { devices: [{ path: "/p", type: "p" }], namespaces: [{ type: "user" }] } });
  t.equal(sysCalls(fifo, "mknodat").length, 1, "a FIFO may be made");
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
  encode(steps, [...KNOWN, ["dev.fd", 7], ["device.umask", 18]]);
  const walked = follow(steps);
  t.same(walked.made.map(line), [
    "symlinkat /proc/self/fd dev.fd fd",
    "symlinkat /proc/self/fd/0 dev.fd stdin",
    "symlinkat /proc/self/fd/1 dev.fd stdout",
    "symlinkat /proc/self/fd/2 dev.fd stderr",
    "statx proc.fd kcore",
    "symlinkat /proc/kcore dev.fd core",
    "unlinkat dev.fd ptmx",
    "symlinkat pts/ptmx dev.fd ptmx",
    "close dev.fd",
    "umask device.umask",
  ]);
  const without = follow(steps, (call) => (call.name === "statx" ? "ENOENT" : undefined));
  t.notOk(without.made.map(line).join().includes("core dev.fd"), "no link to what the kernel lacks");
  t.equal(
    follow(steps, (call) => (/(fd fd|stdin)$/.test(line(call)) ? "EEXIST" : undefined)).failed,
    undefined,
  );
  t.equal(follow(steps, (call) => (/ptmx$/.test(line(call)) ? "EEXIST" : undefined)).failed?.errno, "EEXIST");
  t.end();
});
