import t from "tap";
import { compileCgroup } from "../../src/cgroup/compile.ts";
import { compileMounts } from "../../src/compile/mounts.ts";
import type { SysCall } from "../../src/plan/call.ts";
import type { Mount } from "../../src/spec/types.ts";
import { MOUNT_ATTR as A, PROPAGATION as P } from "../../src/tables/mount-options.ts";
import { HYBRID } from "../cgroup/fixtures.ts";
import { filesystemInput, follow, type Given, KNOWN, lacking, line, numbersOf } from "./filesystem-input.ts";
import { encode, sysCalls } from "./process/input.ts";

const S_IFDIR = 0o040755;
const S_IFREG = 0o100644;
const USER = { namespaces: [{ type: "user" as const }] };

function compile(mounts: Mount[], given: Given = {}) {
  const input = filesystemInput({ ...given, mounts });
  const { host, early, late, imports } = compileMounts(input, compileCgroup(input).record);
  const init = [...early, ...late];
  encode(host, KNOWN);
  encode(init, [...KNOWN, ...imports.map((name, i) => [name, 20 + i] as const)]);
  return { host, early, late, init, imports };
}

/** A statx that finds this mode. */
const finding = (mode: number) => (call: SysCall) =>
  call.name === "statx" ? { loads: { "mount.mode": mode } } : undefined;

const linesOf = (mounts: Mount[], answer?: Parameters<typeof follow>[1], given?: Given): string[] =>
  follow(compile(mounts, given).init, answer).made.map(line);

t.test("a filesystem is made, then put on its place", (t) => {
  const mount = {
    destination: "/dev/shm",
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "size=1k", "noswap", "mode=1777"],
  };
  const { host, init, imports } = compile([mount]);
  t.same([host, imports], [[], []]);
  t.match(init, [{ kind: "mount", from: "/mounts/0", title: "mount tmpfs on /dev/shm" }]);
  const walked = follow(init);
  t.same(walked.made.map(line), [
    "fsopen tmpfs",
    "fsconfig mount.fs source shm",
    "fsconfig mount.fs size 1k",
    "fsconfig mount.fs noswap",
    "fsconfig mount.fs mode 1777",
    "fsconfig mount.fs",
    "fsmount mount.fs",
    "close mount.fs",
    "openat2 rootfs.fd dev/shm",
    "move_mount mount.fd mount.target",
    "close mount.fd",
    "close mount.target",
  ]);
  t.equal(sysCalls(init, "fsmount")[0]?.args[2], A.NOSUID);
  t.equal(walked.open, 0);
  t.end();
});

t.test("an option may hold an equals sign in its value", (t) => {
  const options = ["lowerdir=/a=b:/c", "upperdir=/u"];
  const lines = linesOf([{ destination: "/o", type: "overlay", source: "overlay", options }]);
  t.same(lines.slice(2, 4), ["fsconfig mount.fs lowerdir /a=b:/c", "fsconfig mount.fs upperdir /u"]);
  t.end();
});

t.test("a tmpfs without a mode takes that of the folder that is there", (t) => {
  const mount = { destination: "/run", type: "tmpfs", source: "tmpfs", options: ["nosuid"] };
  t.ok(linesOf([mount]).join().includes("statx mount.target,fchmodat mount.fd . mount.mode,move_mount"));
  t.notOk(
    linesOf([mount], lacking("run")).join().includes("fchmodat"),
    "a new folder has no mode worth keeping",
  );
  t.notOk(
    linesOf([{ ...mount, options: ["mode=755"] }])
      .join()
      .includes("fchmodat"),
  );
  t.notOk(
    linesOf([{ ...mount, type: "mqueue" }])
      .join()
      .includes("fchmodat"),
  );
  t.end();
});

t.test("what the container's files are made in is not read-only yet", (t) => {
  const flags = (mount: Mount) => sysCalls(compile([mount]).init, "fsmount")[0]?.args[2];
  t.equal(flags({ destination: "/x", type: "tmpfs", options: ["ro", "nodev"] }), A.NODEV);
  t.equal(flags({ destination: "/dev/", type: "devtmpfs", options: ["ro"] }), 0);
  t.equal(flags({ destination: "/x", type: "sysfs", options: ["ro"] }), A.RDONLY);
  t.end();
});

t.test("a filesystem on a device is read-only itself", (t) => {
  const mount = { destination: "/x", type: "ext4", source: "/dev/vdb", options: ["ro"] };
  t.ok(linesOf([mount]).includes("fsconfig mount.fs ro"));
  t.notOk(linesOf([{ ...mount, options: [] }]).includes("fsconfig mount.fs ro"));
  t.notOk(linesOf([{ ...mount, type: "sysfs", source: "sysfs" }]).includes("fsconfig mount.fs ro"));
  t.end();
});

t.test("proc and sysfs want an ordinary directory", (t) => {
  for (const type of ["proc", "sysfs"]) {
    const { init } = compile([{ destination: `/${type}`, type, source: type }]);
    for (const errno of ["ELOOP", "ENOTDIR"]) {
      const { failed } = follow(init, (call) => (call.name === "openat2" ? errno : undefined));
      t.match(failed, { why: new RegExp(`^filesystem "${type}" must be mounted on ordinary directory`) });
    }
    const made = follow(init, lacking(type));
    t.equal(made.failed, undefined);
    t.ok(made.made.map(line).includes(`mkdirat rootfs.fd ${type}`));
  }
  t.end();
});

t.test("sysfs of a network namespace that is not owned: the host's, cloned", (t) => {
  const mount = { destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro", "nosuid"] };
  for (const refused of ["fsopen", "fsmount"]) {
    const walked = follow(compile([mount], { linux: USER }).init, (call) =>
      call.name === refused ? "EPERM" : undefined,
    );
    t.equal(walked.failed, undefined);
    t.ok(walked.made.map(line).includes("open_tree /sys"));
    const changed = walked.made.filter((call) => call.name === "mount_setattr");
    t.same(
      changed.map((call) => numbersOf(call.args[3]).slice(0, 3)),
      [
        [0, 0, P.SLAVE],
        [A.RDONLY | A.NOSUID, 0, 0],
      ],
    );
  }
  const { failed } = follow(compile([mount]).init, (call) => (call.name === "fsmount" ? "EPERM" : undefined));
  t.equal(failed?.errno, "EPERM", "without a user namespace it is an error");
  t.end();
});

t.test("a bind mount asks its source what to make where there is nothing", (t) => {
  const mount = { destination: "/x/y", source: "/src", options: ["rbind", "ro", "rnosuid", "rslave"] };
  const { host, init } = compile([mount]);
  t.same(host, []);
  t.match(init, [{ from: "/mounts/0", title: "bind /src on /x/y" }]);
  const folder = follow(init, finding(S_IFDIR));
  t.same(folder.made.map(line), [
    "open_tree /src",
    "mount_setattr mount.fd",
    "mount_setattr mount.fd",
    "openat2 rootfs.fd x/y",
    "move_mount mount.fd mount.target",
    "mount_setattr mount.fd",
    "close mount.fd",
    "close mount.target",
  ]);
  t.equal(folder.open, 0);
  const attributes = sysCalls(init, "mount_setattr").map((call) => [
    call.args[2],
    ...numbersOf(call.args[3]),
  ]);
  t.same(attributes, [
    [0x1000, A.RDONLY, 0, 0, 0],
    [0x9000, A.NOSUID, 0, 0, 0],
    [0x9000, 0, 0, P.SLAVE, 0],
  ]);
  const made = (mode: number, ...missing: string[]): string[] => {
    const lacks = lacking(...missing);
    const walked = follow(init, (call) => finding(mode)(call) ?? lacks(call));
    t.equal(walked.open, 0);
    const lines = walked.made.map(line);
    return lines.slice(
      lines.indexOf("statx mount.fd") + 1,
      lines.indexOf("move_mount mount.fd mount.target"),
    );
  };
  t.same(
    made(S_IFREG, "x/y", "x"),
    [
      "openat2 rootfs.fd x",
      "mkdirat rootfs.fd x",
      "openat2 rootfs.fd x",
      "openat2 rootfs.fd x/y",
      "close mount.parent",
    ],
    "a file",
  );
  t.same(
    made(S_IFDIR, "x/y"),
    ["openat2 rootfs.fd x", "mkdirat mount.parent y", "openat2 mount.parent y", "close mount.parent"],
    "a folder",
  );
  t.end();
});

t.test("a bind mount right below the root is made there", (t) => {
  const missing = lacking("x");
  const lines = linesOf(
    [{ destination: "/x", source: "/src", type: "bind" }],
    (call) => finding(S_IFDIR)(call) ?? missing(call),
  );
  t.same(lines.slice(1, -3), [
    "openat2 rootfs.fd x",
    "statx mount.fd",
    "mkdirat rootfs.fd x",
    "openat2 rootfs.fd x",
  ]);
  t.end();
});

t.test("a relative source starts at the bundle", (t) => {
  t.equal(linesOf([{ destination: "/x", source: "data", type: "bind" }])[0], "open_tree /bundle/data");
  t.throws(() => compile([{ destination: "/x", type: "bind" }]), {
    code: "SPEC_INVALID",
    pointer: "/mounts/0/source",
  });
  t.end();
});

t.test("with a user namespace the parent clones the sources", (t) => {
  const binds = ["/a", "/b"].map((path) => ({ destination: path, source: path, options: ["bind"] }));
  const { host, init, imports } = compile(binds, { linux: USER });
  t.same(imports, ["mount.source.0", "mount.source.1"]);
  t.match(host, [
    { kind: "open", from: "/mounts/0/source" },
    { kind: "open", from: "/mounts/1/source" },
  ]);
  t.same(sysCalls(init, "open_tree"), [], "nothing of the host is opened inside");
  t.match(
    sysCalls(host, "mount_setattr").map((call) => numbersOf(call.args[3])[2]),
    [P.SLAVE, P.SLAVE],
  );
  t.end();
});

t.test("a volume that shares is cloned where the mounts are still shared", (t) => {
  const volume = { destination: "/v", source: "/v", options: ["rbind", "rshared"] };
  const linux = { rootfsPropagation: "shared" as const };
  const { host, imports } = compile([volume], { linux });
  t.same(imports, ["mount.source.0"]);
  t.same(sysCalls(host, "mount_setattr"), [], "it stays in the host's peer group");
  t.same(compile([volume]).imports, [], "a root that receives only");
  t.same(compile([{ ...volume, options: ["rbind", "rslave"] }], { linux }).imports, []);
  t.end();
});

t.test("a remount changes attributes and nothing else", (t) => {
  const mount = { destination: "/x", options: ["remount", "bind", "ro", "dev"] };
  t.same(linesOf([mount]), ["openat2 rootfs.fd x", "mount_setattr mount.fd", "close mount.target"]);
  t.throws(() => compile([{ ...mount, options: ["remount", "size=1k"] }]), {
    code: "SPEC_UNSUPPORTED",
    message: /mounts\[0\]: remounting \/x .* size=1k/,
  });
  t.end();
});

t.test("nothing is mounted on the root itself", (t) => {
  for (const destination of ["/", "", "/..", "/a/.."]) {
    t.throws(() => compile([{ destination, type: "tmpfs" }]), {
      code: "SPEC_INVALID",
      pointer: "/mounts/0/destination",
    });
  }
  t.doesNotThrow(() => compile([{ destination: "/", options: ["remount", "ro"] }]));
  t.end();
});

t.test("mounts before the first that shows cgroups do not wait for init's", (t) => {
  const bind = (destination: string, source = "/src"): Mount => ({ destination, source, options: ["bind"] });
  const places = (...mounts: Mount[]): string[] => {
    const { early, late } = compile(mounts, { facts: { cgroup: HYBRID } });
    return [early, late].map((steps) => [...new Set(steps.map((step) => step.from.slice(-1)))].join(""));
  };
  for (const type of ["cgroup", "cgroup2"]) {
    const cgroup: Mount = { destination: "/sys/fs/cgroup", type, source: type };
    t.same(places(bind("/a"), bind("/b"), cgroup, bind("/c"), cgroup, bind("/d")), ["01", "2345"]);
    t.same(places(cgroup, bind("/a")), ["", "01"]);
    t.same(places(bind("/a"), cgroup), ["0", "1"]);
  }
  t.same(places(bind("/a"), bind("/b")), ["01", ""], "there is none");
  t.same(places(), ["", ""]);
  t.same(places(bind("/sys/fs/cgroup")), ["0", ""], "a bind on top of them");
  t.same(places(bind("/a"), bind("/own", "/sys/fs/cgroup/memory/box"), bind("/b")), ["0", "12"]);
  t.end();
});

t.test("a thousand mounts are a thousand times the calls of one", (t) => {
  const count = (n: number): number => {
    const mounts = Array.from({ length: n }, (_, i) => ({
      destination: `/data/${i}`,
      source: "/etc",
      type: "bind",
    }));
    return follow(compile(mounts).init, finding(S_IFDIR)).made.length;
  };
  t.equal(count(1), 5);
  t.equal(count(1000), 5000);
  t.end();
});
