import t from "tap";
import { compileCreate } from "../../src/compile/create.ts";
import type { CgroupFacts } from "../../src/host/facts.ts";
import type { Step } from "../../src/plan/step.ts";
import type { Linux, Mount } from "../../src/spec/types.ts";
import { HYBRID, NONE, V1, V2 } from "../cgroup/fixtures.ts";
import { filesystemInput } from "./filesystem-input.ts";

const MOUNTS: Mount[] = [
  { destination: "/proc", type: "proc", source: "proc" },
  { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup" },
  { destination: "/data", type: "tmpfs", source: "tmpfs" },
];

function compile(
  cgroup: CgroupFacts,
  linux: Linux,
  mounts: Mount[] = MOUNTS,
): { host: Step[]; init: Step[] } {
  const namespaces: Linux["namespaces"] = [{ type: "mount" }, ...(linux.namespaces ?? [])];
  const given = { facts: { cgroup }, linux: { ...linux, namespaces }, mounts, root: { path: "rootfs" } };
  const { host, init } = compileCreate(filesystemInput(given)).plan;
  return { host: [...host], init: [...init] };
}

/** The titles among `wanted` that steps begin with, in the order of the steps; repeated ones once. */
function order(steps: readonly Step[], wanted: readonly string[]): string[] {
  const found = steps.flatMap(({ title }) => wanted.filter((start) => title.startsWith(start)));
  return found.filter((title, i) => title !== found[i - 1]);
}

const MEET = "meet the parent: cgroups and limits";

t.test("on v1 and hybrid init works while the parent makes the v1 cgroups", async (t) => {
  const before = ["take the id", "refuse cgroup", "record in"];
  const born = ["create cgroup /box", "open the cgroup that init is born in"];
  const beside = ["clone the root filesystem", "seal runt-init", "spawn runt-init", "create cgroup cpu"];
  const joining = [
    "deny all devices",
    "open the cgroups for joining",
    "await init: cgroups and limits",
    "release init: cgroups and limits",
    "hand the cgroups over",
  ];
  const host = (cgroup: CgroupFacts): readonly Step[] => compile(cgroup, { cgroupsPath: "/box" }).host;
  const all = [...before, ...born, ...beside, ...joining];
  t.same(order(host(HYBRID), all), all);
  t.same(order(host(V1), all), [...before, ...beside, ...joining]);
});

t.test("with a user namespace init may go on before its cgroups are made", async (t) => {
  const linux: Linux = {
    cgroupsPath: "/box",
    namespaces: [{ type: "user" }],
    uidMappings: [{ containerID: 0, hostID: 1000, size: 10 }],
    gidMappings: [{ containerID: 0, hostID: 1000, size: 10 }],
  };
  const steps = ["spawn runt-init", "release init: the id mappings", "create cgroup cpu", "hand the cgroups"];
  t.same(order(compile(HYBRID, linux).host, steps), steps);
});

t.test("on pure v2 init is born in its cgroup", async (t) => {
  const steps = [
    "take the id",
    "refuse cgroup",
    "record in",
    "create cgroup",
    "deny all devices",
    "open the cgroup that init is born in",
    "clone the root filesystem",
    "spawn runt-init",
    "await init: cgroups and limits",
  ];
  const { host, init } = compile(V2, { cgroupsPath: "/box" });
  t.same(order(host, [...steps, "hand the cgroups"]), steps);
  t.same(order(init, ["join the cgroups"]), []);
});

t.test("a host without cgroups: nothing is joined, and the order is the same", async (t) => {
  const { host, init } = compile(NONE, {}, []);
  const steps = ["take the id", "record in", "spawn runt-init", "await init: cgroups and limits"];
  t.same(order(host, [...steps, "hand the cgroups", "open the cgroup"]), steps);
  t.same(order(init, ["join the cgroups"]), []);
});

t.test("the cgroup namespace is made in the cgroups, before a mount shows them", async (t) => {
  for (const cgroup of [V1, V2, HYBRID]) {
    const { init } = compile(cgroup, { cgroupsPath: "/box", namespaces: [{ type: "cgroup" }] });
    const at = (test: (step: Step) => boolean): number[] =>
      init.flatMap((step, i) => (test(step) ? [i] : []));
    const [meet = -1] = at(({ title }) => title.startsWith(MEET));
    const joins = cgroup === V2 ? 0 : 1;
    t.same(
      at(({ title }) => title === "join the cgroups"),
      joins === 0 ? [] : [meet + 1],
    );
    t.same(
      at(({ title }) => title === "make a cgroup namespace"),
      [meet + joins + 1],
    );
    t.ok(
      at(({ from }) => from === "/mounts/0").every((i) => i < meet),
      "what comes before is mounted already",
    );
    const shown = at(({ from }) => from === "/mounts/1");
    t.ok(shown.length > 0 && shown.every((i) => i > meet + 1));
    t.ok(
      at(({ from }) => from === "/mounts/2").every((i) => i > (shown.at(-1) ?? 0)),
      "mounts keep their order",
    );
  }
});

t.test("inside a joined user namespace only the cgroup namespace is made late", async (t) => {
  const { init } = compile(HYBRID, {
    cgroupsPath: "/box",
    namespaces: [{ type: "user", path: "/ns/user" }, { type: "uts" }, { type: "cgroup" }, { type: "ipc" }],
  });
  const steps = [
    "make a uts namespace",
    "make a ipc namespace",
    "mount proc",
    MEET,
    "join the cgroups",
    "make a cgroup namespace",
  ];
  t.same(order(init, steps), steps);
  t.equal(init.filter(({ title }) => title === "make a cgroup namespace").length, 1);
});
