import t from "tap";
import { compileCgroup } from "../../src/cgroup/compile.ts";
import { compileMounts } from "../../src/compile/mounts.ts";
import type { CgroupFacts } from "../../src/host/facts.ts";
import { MOUNT_ATTR as A } from "../../src/tables/mount-options.ts";
import { HYBRID, NONE, V1, V2 } from "../cgroup/fixtures.ts";
import { filesystemInput, follow, KNOWN, line, numbersOf } from "./filesystem-input.ts";
import { encode, sysCalls } from "./process/input.ts";

const OPTIONS = ["nosuid", "noexec", "nodev", "relatime", "ro"];

function compile(cgroup: CgroupFacts, namespace: boolean, cgroupsPath = "/box") {
  const input = filesystemInput({
    facts: { cgroup },
    linux: { cgroupsPath, namespaces: namespace ? [{ type: "cgroup" }] : [] },
    mounts: [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: OPTIONS }],
  });
  const { early, late: steps } = compileMounts(input, compileCgroup(input).record);
  t.same(early, [], "it shows what init's cgroups are");
  encode(steps, KNOWN);
  return steps;
}

t.test("cgroup v2: one mount, or a read-only clone of the host's", (t) => {
  const steps = compile(V2, true);
  t.match(steps, [{ from: "/mounts/0", title: "mount cgroup2 on /sys/fs/cgroup" }]);
  const made = follow(steps);
  t.equal(made.made.map(line)[0], "fsopen cgroup2");
  t.equal(made.open, 0);
  for (const errno of ["EPERM", "EBUSY"]) {
    const walked = follow(steps, (call) => (call.name === "fsmount" ? errno : undefined));
    t.equal(walked.failed, undefined);
    t.ok(walked.made.map(line).includes("open_tree /sys/fs/cgroup/box"), "the container's own directory");
    const [attributes] = walked.made.filter((call) => call.name === "mount_setattr");
    t.ok((numbersOf(attributes?.args[3])[0] ?? 0) & A.RDONLY, "CVE-2023-25809: as read-only as asked");
  }
  t.end();
});

t.test("cgroup v1 with a namespace: a new mount per hierarchy", (t) => {
  const walked = follow(compile(V1, true));
  const lines = walked.made.map(line);
  t.equal(lines[0], "fsopen tmpfs");
  t.equal(lines.filter((one) => one === "fsopen cgroup").length, V1.v1.length);
  t.ok(lines.includes("mkdirat mount.cgroups cpu,cpuacct"));
  t.ok(lines.includes("symlinkat cpu,cpuacct mount.cgroups cpu"));
  t.ok(lines.includes("fsconfig mount.fs name systemd"));
  t.equal(walked.open, 0);
  t.end();
});

t.test("cgroup v1 without one: clones of the container's directories", (t) => {
  for (const facts of [V1, HYBRID]) {
    const steps = compile(facts, false);
    const lines = follow(steps).made.map(line);
    t.ok(lines.includes("open_tree /sys/fs/cgroup/memory/box"));
    t.equal(lines.filter((one) => one.startsWith("open_tree")).length, V1.v1.length);
    const [tmpfs] = sysCalls(steps, "fsmount");
    t.equal(Number(tmpfs?.args[2]) & A.RDONLY, 0, "filled first");
    const last = sysCalls(steps, "mount_setattr").at(-1);
    t.ok((numbersOf(last?.args[3])[0] ?? 0) & A.RDONLY, "read-only last");
  }
  t.end();
});

t.test("no cgroups, no mount", (t) => {
  t.throws(() => compile(NONE, false, ""), { code: "HOST_UNSUPPORTED", pointer: "/mounts/0" });
  t.end();
});
