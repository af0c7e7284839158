import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { type CgroupInput, type CompiledCgroup, compileCgroup } from "../../src/cgroup/compile.ts";
import { NO_JOIN } from "../../src/cgroup/join-steps.ts";
import type { CgroupFacts, HostFacts } from "../../src/host/facts.ts";
import type { Call, Slot, SysCall } from "../../src/plan/call.ts";
import { encodeProgram } from "../../src/plan/encode-plan.ts";
import { printCall } from "../../src/plan/print-call.ts";
import type { Step } from "../../src/plan/step.ts";
import { HYBRID, hostFacts, NONE, V1, V2 } from "./fixtures.ts";

type Linux = NonNullable<CgroupInput["spec"]["linux"]>;

function compile(linux: Linux, cgroup: CgroupFacts, over: Partial<HostFacts> = {}): CompiledCgroup {
  return compileCgroup({
    spec: { ociVersion: "1.3.0", linux } as CgroupInput["spec"],
    id: "box",
    facts: hostFacts(cgroup, over),
    options: { systemdCgroup: false },
  });
}

function printed(compiled: CompiledCgroup): string {
  const steps = (title: string, list: readonly Step[]): string[] => [
    `${title}:`,
    ...list.flatMap((step) => [
      `  ${step.kind} ${step.title}  [${step.from}]`,
      ...step.calls.flatMap(printCall).map((line) => `    ${line}`),
    ]),
  ];
  return [
    ...steps("check", compiled.check),
    ...steps("birthplace", [...compiled.birthplace, ...compiled.join.born]),
    ...steps("host", [...compiled.host, ...compiled.join.open, ...compiled.join.handOver]),
    ...steps("init", compiled.join.init),
    ...compiled.warnings.map((warning) => `warning ${warning.pointer}: ${warning.message}`),
    "",
  ].join("\n");
}

const FULL: Linux = {
  cgroupsPath: "/docker/01",
  resources: {
    devices: [
      { allow: false, access: "rwm" },
      { allow: true, type: "c", major: 5, minor: 1, access: "rw" },
    ],
    memory: { limit: 67108864, swap: 134217728, kernel: 1 },
    cpu: { shares: 512, quota: 50000, period: 100000, cpus: "0" },
    pids: { limit: 0 },
    blockIO: { weight: 100 },
    hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }],
  },
};

/** Compares with a file of test/cgroup/golden; UPDATE_GOLDEN=1 writes it instead. */
function golden(name: string, text: string): string {
  const path = `test/cgroup/golden/${name}.txt`;
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
  return readFileSync(path, "utf8");
}

t.test("golden: everything on pure v2", async (t) => {
  const linux = {
    ...FULL,
    resources: { ...FULL.resources, unified: { "io.max": "8:0 rbps=1\n8:16 rbps=2" } },
  };
  const text = printed(compile(linux, V2));
  t.equal(text, golden("v2", text));
});

t.test("golden: everything on hybrid", async (t) => {
  const text = printed(compile(FULL, HYBRID));
  t.equal(text, golden("hybrid", text));
});

t.test("golden: nothing asked for, on v1", async (t) => {
  const text = printed(compile({}, V1));
  t.equal(text, golden("v1-defaults", text));
});

t.test("the same input gives the same steps", async (t) => {
  t.same(compile(FULL, HYBRID), compile(FULL, HYBRID));
});

/** All steps of the parent, in order. */
function hostSteps({ check, birthplace, host, join }: CompiledCgroup): Step[] {
  return [...check, ...birthplace, ...join.born, ...host, ...join.open, ...join.handOver];
}

t.test("how a process joins", async (t) => {
  const pure = compile(FULL, V2).join;
  t.match([pure.into, pure.open, pure.handOver, pure.init], [true, [], [], []]);
  t.equal(compile({}, V1).join.into, false);
  t.same(compile({}, V1).join.born, []);
  const hybrid = compile(FULL, HYBRID);
  t.equal(hybrid.join.into, true);
  t.equal(hybrid.record.directories.length, HYBRID.v1.length + 1);
  t.equal(hybrid.record.mode, "hybrid");
});

t.test("init is given the tasks of every v1 cgroup and moves itself", async (t) => {
  for (const cgroup of [V1, HYBRID]) {
    const { join, record } = compile(cgroup === V1 ? {} : FULL, cgroup);
    const v1 = record.directories.flatMap(({ version, path }, i) => (version === 1 ? [{ path, i }] : []));
    t.equal(v1.length, cgroup.v1.length);
    const calls = join.open.flatMap((step) => step.calls);
    t.same(
      calls.map((call) => call.op === "sys" && [call.name, call.args[0], call.args[1], call.into]),
      v1.map(({ path, i }) => [
        "openat2",
        { slot: `cgroup.mount.${i}` },
        { str: `${path}/tasks` },
        `cgroup.tasks.${i}`,
      ]),
    );
    const sent = JSON.stringify(join.handOver[0]?.calls);
    const [receive, ...writes] = join.init.flatMap((step) => step.calls);
    for (const { i } of v1) t.match(sent, `{"slot":"cgroup.tasks.${i}","width":4}`);
    t.match(receive, { name: "recvmsg", load: v1.map(({ i }) => ({ into: `cgroup.tasks.${i}` })) });
    t.match(
      writes,
      v1.map(({ i }) => ({
        name: "write",
        args: [{ slot: `cgroup.tasks.${i}` }, { str: "0" }, 1],
        expect: 1,
      })),
    );
  }
});

/** Slots that a list reads, and those that it writes. */
function slotsOf(calls: readonly Call[]): { read: Slot[]; written: Slot[] } {
  const read: Slot[] = [];
  const written: Slot[] = [];
  for (const call of calls) {
    if (call.op === "assert" || call.op === "branch") read.push(call.slot);
    if (call.op !== "sys") continue;
    for (const operand of call.args) {
      if (typeof operand !== "object") continue;
      if ("slot" in operand) read.push(operand.slot);
      if ("text" in operand)
        for (const part of operand.text) if (typeof part === "object") read.push(part.slot);
    }
    if (call.into !== undefined) written.push(call.into);
    written.push(...(call.load ?? []).map((load) => load.into));
  }
  return { read, written };
}

t.test(
  "slots are written before they are read, once if other steps read them; labels are there; the encoder takes every step",
  async (t) => {
    for (const [linux, cgroup] of [
      [FULL, V2],
      [FULL, HYBRID],
      [{}, V1],
    ] as const) {
      const compiled = compile(linux, cgroup);
      const known = new Map<Slot, number>([["sync.host", 4]]);
      const writers = new Map<Slot, Set<Step>>([["sync.host", new Set()]]);
      for (const step of hostSteps(compiled)) {
        const { read, written } = slotsOf(step.calls);
        for (const slot of written) {
          known.set(slot, 3);
          writers.set(slot, (writers.get(slot) ?? new Set()).add(step));
        }
        for (const slot of read) {
          t.ok(known.has(slot), `${slot} is written before`);
          const others = [...(writers.get(slot) ?? [])].filter((writer) => writer !== step);
          if (!written.includes(slot)) t.ok(others.length <= 1, `${slot} is one step's alone`);
        }
        encodeProgram([step], { arch: "aarch64", id: 1, known, shareMemory: true });
      }
    }
  },
);

t.test("each hierarchy is opened once, by the check, and the rest starts from there", async (t) => {
  const AT_FDCWD = -100;
  const opens = (steps: readonly Step[]): SysCall[] =>
    steps
      .flatMap((step) => step.calls)
      .filter((call) => call.op === "sys")
      .filter((call) => call.name === "openat2" && call.args[0] === AT_FDCWD);
  for (const cgroup of [V1, V2, HYBRID]) {
    const compiled = compile(FULL_WITHOUT_HUGE, cgroup);
    const mounts = compiled.record.directories.map((entry) => ({ str: entry.mount }));
    t.same(
      opens(compiled.check).map((call) => call.args[1]),
      mounts,
    );
    t.same(opens(hostSteps(compiled).slice(compiled.check.length)), []);
  }
});

const FULL_WITHOUT_HUGE: Linux = { ...FULL, resources: { ...FULL.resources, hugepageLimits: [] } };

t.test("limits come before the child joins", async (t) => {
  const hybrid = compile(FULL, HYBRID);
  t.ok(hybrid.host.some(({ title }) => title === "write memory.limit_in_bytes = 64 MiB"));
  t.match(
    hybrid.birthplace.map(({ title }) => title),
    [/^create cgroup \/docker/],
    "and those of a hybrid host beside init",
  );
  const pure = compile(FULL, V2);
  t.same(pure.host, []);
  t.ok(pure.birthplace.some(({ title }) => title.startsWith("write memory.max")));
});

t.test("a container without rights, path and limits has no cgroup", async (t) => {
  for (const over of [{ euid: 1000 }, { inUserNamespace: true }]) {
    t.match(compile({}, V2, over), { check: [], host: [], join: NO_JOIN, record: { directories: [] } });
    t.match(compile({ resources: { devices: [{ allow: false }] } }, V2, over), { join: NO_JOIN });
    t.match(compile({ cgroupsPath: "/a" }, V2, over), { join: { into: true } });
    t.match(compile({ resources: { pids: { limit: 5 } } }, V2, over), { join: { into: true } });
  }
});

t.test("device rules are left out where only the user namespace could carry them", async (t) => {
  const titles = hostSteps(compile(FULL, V2, { inUserNamespace: true })).map((step) => step.title);
  t.notOk(titles.some((title) => /devices/.test(title)));
});

t.test("a privileged container on v2 needs no device program", async (t) => {
  const linux: Linux = { resources: { devices: [{ allow: true, access: "rwm" }] } };
  const calls = hostSteps(compile(linux, V2)).flatMap((step) => step.calls);
  t.notOk(calls.some((call) => call.op === "sys" && call.name === "bpf"));
});

t.test("a host without cgroups", async (t) => {
  t.match(compile({}, NONE), { join: NO_JOIN, host: [] });
  t.throws(() => compile({ cgroupsPath: "/a" }, NONE), {
    code: "HOST_UNSUPPORTED",
    pointer: "/linux/cgroupsPath",
  });
  t.throws(() => compile({ resources: { pids: { limit: 1 } } }, NONE), { code: "HOST_UNSUPPORTED" });
});

t.test("the systemd driver is refused by name", async (t) => {
  const input = {
    spec: {} as CgroupInput["spec"],
    id: "x",
    facts: hostFacts(V2),
    options: { systemdCgroup: true },
  };
  t.throws(() => compileCgroup(input), { code: "SPEC_UNSUPPORTED", message: /--systemd-cgroup/ });
});
