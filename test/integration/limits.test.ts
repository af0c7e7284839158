/** Limits and cgroup paths by the binary, read back from a machine with cgroup v1 controllers. */
import { existsSync, readFileSync, rmdirSync } from "node:fs";
import t from "tap";
import type { Spec } from "../../src/spec/types.ts";
import { binaryTest as anyMachineTest, type BinaryLab } from "./binary.ts";

t.setTimeout(600_000);

type Resources = NonNullable<NonNullable<Spec["linux"]>["resources"]>;

const MIB = 1024 * 1024;
const NO_DEVICES = [{ allow: false, access: "rwm" }];
const hasV1 = existsSync("/sys/fs/cgroup/memory/memory.limit_in_bytes");

/** The files are those of cgroup v1. */
const binaryTest: typeof anyMachineTest = (name, body) => {
  if (hasV1) anyMachineTest(name, body);
  else t.test(name, { skip: "needs cgroup v1 controllers" }, (t) => t.end());
};

function limited(resources: Resources) {
  return (spec: Spec): void => {
    spec.linux = { ...spec.linux, resources: { devices: NO_DEVICES, ...resources } };
  };
}

/** Each v1 hierarchy's path of a process, by controller. */
function cgroupsOf(pid: number): Map<string, string> {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = "", ...path] = line.split(":");
      return controllers.split(",").map((controller): [string, string] => [controller, path.join(":")]);
    }),
  );
}

/** What a file of the container's cgroup holds. */
function read(lab: BinaryLab, id: string, controller: string, file: string): string {
  const path = cgroupsOf(lab.state(id).pid).get(controller);
  return readFileSync(`/sys/fs/cgroup/${controller}${path}/${file}`, "utf8").trim();
}

binaryTest("memory", (t, lab) => {
  const id = lab.create(
    "memory",
    ["true"],
    limited({ memory: { limit: 64 * MIB, reservation: 32 * MIB, swappiness: 10 } }),
  );
  t.equal(read(lab, id, "memory", "memory.limit_in_bytes"), String(64 * MIB));
  t.equal(read(lab, id, "memory", "memory.soft_limit_in_bytes"), String(32 * MIB));
  t.equal(read(lab, id, "memory", "memory.swappiness"), "10");
});

binaryTest("black-box 16: 6 MiB of memory suffice for a static program", (t, lab) => {
  const bundle = lab.bundle(["echo", "fits"], limited({ memory: { limit: 6 * MIB } }));
  t.same(lab.runt(["run", "-b", bundle, lab.id("small")]), { status: 0, stdout: "fits\n", stderr: "" });
});

binaryTest("too little memory is told as such", (t, lab) => {
  const bundle = lab.bundle(["true"], limited({ memory: { limit: 4096 } }));
  const { status, stderr } = lab.runt(["run", "-b", bundle, lab.id("tiny")]);
  t.not(status, 0);
  t.match(stderr, /memory/);
  t.equal(lab.ok(["list", "-q"]), "");
});

binaryTest("a container that takes more memory than its limit is killed", (t, lab) => {
  const script = "dd if=/dev/zero of=/dev/null bs=64M count=1";
  const bundle = lab.bundle(
    ["sh", "-c", `${script}; echo $?`],
    limited({ memory: { limit: 16 * MIB, swap: 16 * MIB } }),
  );
  t.match(lab.runt(["run", "-b", bundle, lab.id("greedy")]).stdout, /^137\n$/);
});

binaryTest("black-box 16: one process", (t, lab) => {
  const bundle = lab.bundle(["cat", "/proc/self/stat"], limited({ pids: { limit: 1 } }));
  t.match(lab.runt(["run", "-b", bundle, lab.id("one")]), { status: 0, stdout: /^1 \(cat\)/, stderr: "" });
  const id = lab.start("two", ["sleep", "100"], limited({ pids: { limit: 2 } }));
  t.equal(read(lab, id, "pids", "pids.max"), "2");
  const forked = lab.runt(["exec", id, "sh", "-c", "true & wait"]);
  t.match(forked.stderr, /fork/, "the third one is refused");
});

binaryTest("cpu", (t, lab) => {
  const id = lab.create("cpu", ["true"], limited({ cpu: { shares: 512, quota: 40_000, period: 80_000 } }));
  t.equal(read(lab, id, "cpu", "cpu.shares"), "512");
  t.equal(read(lab, id, "cpu", "cpu.cfs_quota_us"), "40000");
  t.equal(read(lab, id, "cpu", "cpu.cfs_period_us"), "80000");
});

binaryTest("cpuset", (t, lab) => {
  const id = lab.create("cpuset", ["true"], limited({ cpu: { cpus: "0", mems: "0" } }));
  t.equal(read(lab, id, "cpuset", "cpuset.cpus"), "0");
  t.equal(read(lab, id, "cpuset", "cpuset.mems"), "0");
  t.match(readFileSync(`/proc/${lab.state(id).pid}/status`, "utf8"), /^Cpus_allowed_list:\t0$/m);
});

binaryTest("devices", (t, lab) => {
  const id = lab.start("devices", ["sleep", "100"], (spec) => {
    limited({ devices: [...NO_DEVICES, { allow: true, type: "c", major: 10, minor: 229, access: "rw" }] })(
      spec,
    );
    spec.linux = {
      ...spec.linux,
      devices: [
        { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o666 },
        { path: "/dev/kmsg", type: "c", major: 1, minor: 11, fileMode: 0o666 },
      ],
    };
  });
  const list = read(lab, id, "devices", "devices.list").split("\n");
  t.ok(list.includes("c 10:229 rw"), "what the config allows");
  t.ok(list.includes("c 1:3 rwm"), "what every container has");
  t.notOk(
    list.some((line) => line.startsWith("a ")),
    "nothing else",
  );
  t.equal(lab.runt(["exec", id, "sh", "-c", ": >/dev/null"]).status, 0);
  const kmsg = lab.runt(["exec", id, "sh", "-c", ": </dev/kmsg"]);
  t.not(kmsg.status, 0);
  t.match(kmsg.stderr, /Operation not permitted/);
});

binaryTest("without a rule everything is allowed", (t, lab) => {
  const id = lab.create("all-devices", ["true"], limited({ devices: [{ allow: true, access: "rwm" }] }));
  t.equal(read(lab, id, "devices", "devices.list"), "a *:* rwm");
});

binaryTest("black-box 15: the path of the config, at once", (t, lab) => {
  const id = lab.id("placed");
  const parent = `/runt-limits-${process.pid}`;
  const pidFile = lab.path("pid");
  const bundle = lab.bundle(["sleep", "100"], (spec) => {
    spec.linux = { ...spec.linux, cgroupsPath: `${parent}/${id}` };
  });
  lab.ok(["create", "-b", bundle, "--pid-file", pidFile, id]);
  const cgroups = cgroupsOf(Number(readFileSync(pidFile, "utf8")));
  for (const controller of ["memory", "cpu", "cpuset", "pids", "devices", "freezer", "blkio"])
    t.equal(cgroups.get(controller), `${parent}/${id}`, controller);
  lab.ok(["delete", "--force", id]);
  for (const controller of cgroups.keys()) {
    const directory = controller === "" ? "unified" : controller.replace("name=", "");
    const path = `/sys/fs/cgroup/${directory}${parent}`;
    t.notOk(existsSync(`${path}/${id}`), `${directory} is clean`);
    if (existsSync(path)) rmdirSync(path);
  }
});

binaryTest("without a path it is the id below the caller's own", (t, lab) => {
  const id = lab.create("unplaced", ["true"]);
  const own = cgroupsOf(process.pid);
  for (const [controller, path] of cgroupsOf(lab.state(id).pid)) {
    // On cgroup v2 a cgroup with children holds no processes, so it is beside the caller's.
    const parent =
      controller === "" ? (own.get(controller)?.replace(/\/[^/]*$/, "") ?? "") : own.get(controller);
    t.equal(path, `${parent === "/" ? "" : parent}/${id}`, controller);
  }
});

binaryTest("a value that the kernel refuses names its field, and nothing is made", (t, lab) => {
  for (const [pointer, resources] of [
    ["linux.resources.cpu.quota", { cpu: { quota: 1, period: 100_000 } }],
    ["linux.resources.cpu.cpus", { cpu: { cpus: "9999" } }],
    ["linux.resources.memory.swap", { memory: { limit: 64 * MIB, swap: 32 * MIB } }],
  ] as const) {
    const id = lab.id("refused");
    const { status, stderr } = lab.runt(["create", "-b", lab.bundle(["true"], limited(resources)), id]);
    t.equal(status, 1, pointer);
    t.match(stderr, new RegExp(pointer.replaceAll(".", "[./]")));
    t.same(lab.leftovers(), []);
  }
});
