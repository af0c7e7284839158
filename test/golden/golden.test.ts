/**
 * The plans of whole configs, as `runt explain` prints them. Every folder here is a case: config.json and plan.txt.
 * UPDATE_GOLDEN=1 writes the plans anew; read the difference before you commit it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { compileCgroup } from "../../src/cgroup/compile.ts";
import { joinForExec } from "../../src/cgroup/exec-join.ts";
import { compileCreate } from "../../src/compile/create.ts";
import { compileExec } from "../../src/compile/exec.ts";
import type { CompileInput, CompileOptions } from "../../src/compile/input.ts";
import { GIVEN_SLOTS } from "../../src/compile/opens.ts";
import type { CgroupFacts } from "../../src/host/facts.ts";
import { Sys } from "../../src/host/sys.ts";
import { checkPlan } from "../../src/plan/check-plan.ts";
import { encodeProgram } from "../../src/plan/encode-plan.ts";
import { planToJson, printPlan } from "../../src/plan/print-plan.ts";
import type { Plan } from "../../src/plan/step.ts";
import { adoptPrecompiled, compileCommonSteps } from "../../src/runtime/precompile.ts";
import type { Spec } from "../../src/spec/types.ts";
import { validateSpec } from "../../src/spec/validate.ts";
import { HYBRID, hostFacts, V1, V2 } from "../cgroup/fixtures.ts";
import { checkProgram } from "../host-contract/fake-check.ts";
import { createFakeHost } from "../host-contract/fake-host.ts";
import { listing } from "../plan/listing.ts";

const FOLDER = "test/golden";
const COMMON = compileCommonSteps("x86_64");

/** Stands for the filter of every profile: one instruction, "allow". A real one depends on the libseccomp at hand. */
const FILTER = new Uint8Array([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);

/** What a case has besides its config: the host, and the command line. */
interface Case {
  cgroup: CgroupFacts;
  options?: Partial<CompileOptions>;
  /** The config's process joins a container that runs already. */
  exec?: true;
}

const CASES: Readonly<Record<string, Case>> = {
  "default-hybrid": { cgroup: HYBRID },
  "default-v2": { cgroup: V2 },
  docker: { cgroup: V2 },
  exec: { cgroup: V1, exec: true },
  "hooks-devices-masks": { cgroup: V2 },
  "joined-namespaces": { cgroup: V2 },
  "no-pivot": { cgroup: V2, options: { noPivot: true, preserveFds: 1 } },
  "propagation-shared": { cgroup: V2, options: { foreground: true, noNewKeyring: true } },
  terminal: { cgroup: V2, options: { consoleSocket: "/run/manager/tty.sock" } },
  "user-namespace": { cgroup: V2 },
};

function inputOf(spec: Spec, { cgroup, options }: Case): CompileInput {
  return {
    spec,
    facts: hostFacts(cgroup, { kernel: { release: "6.12.0", major: 6, minor: 12 } }),
    id: "box",
    bundle: "/bundles/box",
    rootfs: "/bundles/box/rootfs",
    stateDir: "/run/runt/box",
    home: "/root",
    seccompFilter: spec.linux?.seccomp === undefined ? undefined : FILTER,
    options: {
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      foreground: false,
      systemdCgroup: false,
      ...options,
    },
  };
}

function compile(spec: Spec, given: Case): Plan {
  const input = inputOf(spec, given);
  if (given.exec !== true) return compileCreate(input).plan;
  const { record } = compileCgroup(input);
  const host = createFakeHost();
  host.kernel.fail("openat2", "ENOENT");
  return compileExec({ input, pid: 4242, cgroup: joinForExec(new Sys(host), record, 4242) }).plan;
}

t.test("every folder is a case", async (t) => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  t.same(folders.map((entry) => entry.name).sort(), Object.keys(CASES).sort());
});

for (const [name, given] of Object.entries(CASES)) {
  const path = `${FOLDER}/${name}/plan.txt`;
  const spec: Spec = JSON.parse(readFileSync(`${FOLDER}/${name}/config.json`, "utf8"));

  t.test(name, async (t) => {
    t.same(
      validateSpec(spec).filter((finding) => finding.severity === "error"),
      [],
      "the config is valid",
    );
    const plan = compile(spec, given);
    checkPlan(plan, [...GIVEN_SLOTS, "target.pidfd"]);
    const text = printPlan(plan);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
    // Line by line: a difference shows the lines and not the whole plan.
    t.same(text.split("\n"), readFileSync(path, "utf8").split("\n"), "the plan is the golden one");
    t.equal(printPlan(compile(spec, given)), text, "a second compile gives the same");
    for (const step of [...plan.host, ...plan.init]) {
      t.match(step.from, /^(\/[a-z]|runt:[a-z-]+$)/, `"${step.title}" names its cause`);
      t.match(step.title, /^[a-z].*[^.\n]$/, "a title is one line without a full stop");
    }
    for (const arch of ["x86_64", "aarch64"] as const) {
      const known = new Map(plan.imports.map((slot, i) => [slot, 3 + i]));
      const encoded = encodeProgram(plan.init, { arch, id: 2, known, report: "sync.fd", shareMemory: false });
      const lists = encoded.lists.filter((_, i) => i % 2 === 1);
      t.same(
        lists.slice(0, plan.init.length),
        plan.init.map((_, i) => i),
        "every step is in",
      );
      t.equal(checkProgram(encoded.bytes), 0, `the program for ${arch} is sound`);
    }
    // The static binary takes steps that are encoded already: the same program, with its parts in other places.
    adoptPrecompiled(COMMON);
    const common = compile(spec, given);
    adoptPrecompiled({ ...COMMON, steps: new Map() });
    t.equal(printPlan(common), text, "common steps change nothing in the plan");
    t.same(JSON.parse(planToJson(common)), JSON.parse(planToJson(plan)), "nor in its JSON");
    const options = {
      arch: "x86_64",
      id: 2,
      known: new Map(),
      report: "sync.fd",
      shareMemory: false,
    } as const;
    for (const part of ["host", "init"] as const) {
      // The texts of the parent's list need slots that only a run knows.
      const known = new Map(["init.pid", "init.program"].map((name) => [name, 7]));
      const library = COMMON.libraries[part];
      const linked = encodeProgram(common[part], { ...options, known, library });
      t.equal(checkProgram(linked.bytes), 0, `the linked program of ${part} is sound`);
      const plain = encodeProgram(plan[part], { ...options, known });
      t.same(listing(linked), listing(plain), "and does the same");
    }
  });
}
