import t from "tap";
import {
  ACCESS,
  ANY,
  allowsEverything,
  type DeviceMatch,
  type DeviceRules,
  deviceExceptions,
  deviceLines,
  deviceRules,
  deviceText,
  deviceVerdict,
} from "../../src/cgroup/device-rules.ts";
import type { Resources } from "../../src/cgroup/limits.ts";

type Devices = Resources["devices"];

function may(devices: Devices, text: string): boolean {
  const [type, major, minor, access] = text.split(/[ :]/) as ["b" | "c", string, string, string];
  const bits = [...access].reduce((sum, letter) => sum | { r: 2, w: 4, m: 1 }[letter as "r"], 0);
  const request: DeviceMatch = { type, major: Number(major), minor: Number(minor), access: bits };
  return deviceVerdict(deviceRules(devices), request);
}

t.test("without rules only the defaults are allowed", async (t) => {
  for (const yes of ["c 1:3 rwm", "c 136:7 rw", "c 5:2 rw", "c 10:200 rw", "b 8:0 m", "c 4:64 m"]) {
    t.equal(may(undefined, yes), true, yes);
  }
  for (const no of ["b 8:0 r", "c 4:64 w", "c 5:1 r", "c 1:1 r", "b 1:3 rw", "c 4:64 rm"]) {
    t.equal(may(undefined, no), false, no);
  }
});

t.test("rules apply in order, the defaults last", async (t) => {
  const deny = { allow: false, access: "rwm" };
  t.equal(may([deny, { allow: true, type: "b", major: 8, minor: 0, access: "r" }], "b 8:0 r"), true);
  t.equal(may([{ allow: true, type: "b", major: 8, minor: 0, access: "r" }, deny], "b 8:0 r"), false);
  t.equal(may([deny, { allow: false, type: "c", major: 1, minor: 3, access: "rwm" }], "c 1:3 rw"), true);
  const twice: Devices = [
    { allow: true, type: "c", major: 7, access: "rw" },
    { allow: false, type: "c", major: 7, access: "w" },
  ];
  t.equal(may(twice, "c 7:1 r"), true);
  t.equal(may(twice, "c 7:1 rw"), false);
});

t.test("absent type, numbers and access mean all", async (t) => {
  t.same(deviceRules([{ allow: true }]).rules, deviceRules(undefined).rules);
  t.equal(deviceRules([{ allow: true }]).defaultAllow, true);
  t.equal(deviceRules([{ allow: true, type: "a", major: -1, minor: -1, access: "rwm" }]).defaultAllow, true);
  t.equal(allowsEverything(deviceRules([{ allow: true }])), true);
  t.equal(allowsEverything(deviceRules([{ allow: false }])), false);
  t.equal(may([{ allow: true, type: "b" }], "b 250:3 rwm"), true);
});

t.test("a rule for all types with some accesses is one rule for each type", async (t) => {
  const rules = deviceRules([{ allow: true, access: "r" }]);
  t.equal(rules.defaultAllow, false);
  t.same(
    rules.rules.slice(0, 2).map((rule) => deviceText(rule)),
    ["b *:* r", "c *:* r"],
  );
});

t.test("rules that are none are refused with their pointer", async (t) => {
  t.throws(() => deviceRules([{ allow: true, major: 1 }]), {
    name: "RuntError",
    pointer: "/linux/resources/devices/0",
  });
  t.throws(() => deviceRules([{ allow: true }, { allow: true, type: "c", access: "rx" }]), {
    name: "RuntError",
    pointer: "/linux/resources/devices/1/access",
  });
  t.throws(() => deviceRules([{ allow: true, type: "c", major: -2 }]), {
    name: "RuntError",
    pointer: "/linux/resources/devices/0/major",
  });
});

t.test("the lines for a new v1 cgroup", async (t) => {
  t.same(deviceLines(deviceRules(undefined)), [
    { file: "devices.deny", lines: ["a"] },
    {
      file: "devices.allow",
      lines: [
        "c *:* m",
        "b *:* m",
        "c 1:3 rwm",
        "c 1:8 rwm",
        "c 1:7 rwm",
        "c 5:0 rwm",
        "c 1:5 rwm",
        "c 1:9 rwm",
        "c 136:* rwm",
        "c 5:2 rwm",
        "c 10:200 rwm",
      ],
    },
  ]);
  t.same(deviceLines(deviceRules([{ allow: true }])), [
    { file: "devices.allow", lines: ["a"] },
    { file: "devices.deny", lines: [] },
  ]);
  t.same(deviceLines(deviceRules([{ allow: true }, { allow: false, type: "b", major: 8, access: "rw" }])), [
    { file: "devices.allow", lines: ["a"] },
    { file: "devices.deny", lines: ["b 8:* rw"] },
  ]);
});

t.test("exceptions are merged, withdrawn and narrowed", async (t) => {
  const lines = (devices: Devices): string[] =>
    deviceExceptions({
      defaultAllow: false,
      rules: deviceRules(devices).rules.slice(0, devices?.length),
    }).map(deviceText);
  const rule = (allow: boolean, major: number | undefined, access: string) => ({
    allow,
    type: "c" as const,
    ...(major === undefined ? {} : { major }),
    minor: 3,
    access,
  });
  t.same(lines([rule(true, 7, "r"), rule(true, 7, "w")]), ["c 7:3 rw"]);
  t.same(lines([rule(true, 7, "rw"), rule(false, 7, "w")]), ["c 7:3 r"]);
  t.same(lines([rule(true, 7, "rw"), rule(false, undefined, "rwm")]), []);
  t.throws(() => lines([rule(true, undefined, "rw"), rule(false, 7, "w")]), {
    code: "SPEC_INVALID",
    message: /deny c 7:3 w.*cannot make an exception to the wider rule "c \*:3 rw"/,
  });
});

t.test("v1's exceptions mean the same as the rules in order", async (t) => {
  const lists: Devices[] = [
    undefined,
    [{ allow: false }],
    [{ allow: true }],
    [{ allow: true }, { allow: false, type: "b", major: 8, access: "rw" }],
    [{ allow: false }, { allow: true, type: "c", major: 10, access: "rw" }],
    [
      { allow: true, type: "b", major: 8, minor: 1, access: "rw" },
      { allow: false, type: "b", access: "w" },
    ],
  ];
  for (const devices of lists) {
    const rules = deviceRules(devices);
    const exceptions: DeviceRules = {
      defaultAllow: rules.defaultAllow,
      rules: deviceExceptions(rules).map((match) => ({ ...match, allow: !rules.defaultAllow })),
    };
    for (const type of ["b", "c"] as const) {
      for (const major of [1, 8, 10, 136]) {
        for (const minor of [0, 1, 3, 200]) {
          for (let access = 1; access <= ACCESS.ALL; access++) {
            const request = { type, major, minor, access };
            const text = `${JSON.stringify(devices)} ${deviceText(request)}`;
            if (deviceVerdict(exceptions, request) !== deviceVerdict(rules, request)) t.fail(text);
          }
        }
      }
    }
    t.pass(JSON.stringify(devices) ?? "none");
  }
  t.equal(deviceText({ type: "c", major: ANY, minor: 3, access: ACCESS.READ }), "c *:3 r");
});
