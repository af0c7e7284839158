import t from "tap";
import { deviceProgram } from "../../src/cgroup/device-bpf.ts";
import {
  ACCESS,
  ANY,
  type DeviceRule,
  type DeviceRules,
  deviceRules,
  deviceText,
  deviceVerdict,
} from "../../src/cgroup/device-rules.ts";
import { runDeviceProgram } from "./ebpf.ts";

const MAJORS = [0, 1, 5, 8, 10, 136, 4095, 0xffffffff];
const MINORS = [0, 1, 3, 200, 0x80000000, 0xffffffff];

/** The first request on which program and emulator differ, as text. */
function difference(rules: DeviceRules): string | undefined {
  const program = deviceProgram(rules);
  for (const type of ["b", "c"] as const) {
    for (const major of MAJORS) {
      for (const minor of MINORS) {
        for (let access = 1; access <= ACCESS.ALL; access++) {
          const request = { type, major, minor, access };
          const verdict = runDeviceProgram(program, request) === 1;
          if (verdict !== deviceVerdict(rules, request)) return `${deviceText(request)}: ${verdict}`;
        }
      }
    }
  }
  return undefined;
}

/** Pseudo-random numbers that are the same at every run (an LCG). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

t.test("the defaults", async (t) => {
  t.equal(difference(deviceRules(undefined)), undefined);
  t.equal(difference(deviceRules([{ allow: false, access: "rwm" }])), undefined);
});

t.test("a privileged container", async (t) => {
  t.equal(difference(deviceRules([{ allow: true, access: "rwm" }])), undefined);
});

t.test("exceptions to exceptions, which v1 cannot hold", async (t) => {
  const rules = deviceRules([
    { allow: true, type: "c", access: "rw" },
    { allow: false, type: "c", major: 4095, access: "w" },
    { allow: true, type: "c", major: 4095, minor: 1, access: "w" },
  ]);
  t.equal(difference(rules), undefined);
  const program = deviceProgram(rules);
  t.equal(runDeviceProgram(program, { type: "c", major: 4095, minor: 0, access: ACCESS.READ }), 1);
  t.equal(runDeviceProgram(program, { type: "c", major: 4095, minor: 0, access: ACCESS.WRITE }), 0);
  t.equal(runDeviceProgram(program, { type: "c", major: 4095, minor: 1, access: 6 }), 1);
});

t.test("accesses granted by several rules add up", async (t) => {
  const rules: DeviceRules = {
    defaultAllow: false,
    rules: [
      { allow: true, type: "c", major: 8, minor: ANY, access: ACCESS.READ },
      { allow: true, type: "c", major: ANY, minor: 3, access: ACCESS.WRITE },
    ],
  };
  t.equal(runDeviceProgram(deviceProgram(rules), { type: "c", major: 8, minor: 3, access: 6 }), 1);
  t.equal(runDeviceProgram(deviceProgram(rules), { type: "c", major: 8, minor: 1, access: 6 }), 0);
});

t.test("300 random rule lists", async (t) => {
  const next = random(42);
  const pick = (list: readonly number[]): number => list[next(list.length)] ?? 0;
  for (let i = 0; i < 300; i++) {
    const rules = Array.from(
      { length: next(8) },
      (): DeviceRule => ({
        allow: next(2) === 0,
        type: next(2) === 0 ? "b" : "c",
        major: next(3) === 0 ? ANY : pick(MAJORS),
        minor: next(3) === 0 ? ANY : pick(MINORS),
        access: 1 + next(7),
      }),
    );
    const list = { defaultAllow: next(2) === 0, rules };
    const differs = difference(list);
    if (differs !== undefined) t.fail(`${JSON.stringify(list)}: ${differs}`);
  }
  t.pass("all the same");
});

t.test("the program grows with the rules and has no surprise in its size", async (t) => {
  t.equal(deviceProgram({ defaultAllow: true, rules: [] }).length, (6 + 2) * 8);
  const one: DeviceRule = { allow: true, type: "c", major: 1, minor: 3, access: ACCESS.ALL };
  t.equal(deviceProgram({ defaultAllow: false, rules: [one] }).length, (6 + 5 + 2) * 8);
});
