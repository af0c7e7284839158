import t from "tap";
import { encodeProfile, type Seccomp } from "../../src/seccomp/encode-profile.ts";

/** Reads the profile as native/seccomp/compile.c does. */
function decode(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const step = (width: number): number => {
    at += width;
    return at - width;
  };
  const u32 = () => view.getUint32(step(4), true);
  const u64 = () => view.getBigUint64(step(8), true);
  const name = () => {
    const length = u32();
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  const list = <T>(read: () => T): T[] => Array.from({ length: u32() }, read);
  const decoded = {
    action: u32(),
    architectures: list(name),
    rules: list(() => ({
      action: u32(),
      name: name(),
      args: list(() => ({ index: u32(), op: u32(), a: u64(), b: u64() })),
    })),
  };
  t.equal(at, bytes.length, "nothing follows");
  return decoded;
}

const profile = (more: Partial<Seccomp>): Seccomp => ({ defaultAction: "SCMP_ACT_ERRNO", ...more });

t.test("actions carry their number", (t) => {
  t.equal(decode(encodeProfile(profile({}))).action, 0x00050001, "EPERM when none is given");
  t.equal(decode(encodeProfile(profile({ defaultErrnoRet: 38 }))).action, 0x00050026);
  t.equal(decode(encodeProfile({ defaultAction: "SCMP_ACT_KILL_PROCESS" })).action, 0x80000000);
  t.end();
});

t.test("architectures go by libseccomp's names", (t) => {
  const { architectures } = decode(
    encodeProfile(profile({ architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"] })),
  );
  t.same(architectures, ["x86_64", "x32"]);
  t.end();
});

t.test("one rule for each name; rules of the default action are left out", (t) => {
  const { rules } = decode(
    encodeProfile(
      profile({
        syscalls: [
          { names: ["read", "write"], action: "SCMP_ACT_ALLOW" },
          { names: ["mount"], action: "SCMP_ACT_ERRNO", errnoRet: 1 },
        ],
      }),
    ),
  );
  t.same(
    rules.map((rule) => [rule.name, rule.action, rule.args]),
    [
      ["read", 0x7fff0000, []],
      ["write", 0x7fff0000, []],
    ],
  );
  t.end();
});

t.test("conditions on several arguments hold together, on one argument they are alternatives", (t) => {
  const condition = (index: number, value: number) => ({ index, value, op: "SCMP_CMP_EQ" as const });
  const rulesOf = (args: ReturnType<typeof condition>[]) =>
    decode(encodeProfile(profile({ syscalls: [{ names: ["personality"], action: "SCMP_ACT_ALLOW", args }] })))
      .rules;
  t.same(
    rulesOf([condition(0, 8), condition(1, 0xffffffff)]).map((rule) =>
      rule.args.map((arg) => [arg.index, arg.a]),
    ),
    [
      [
        [0, 8n],
        [1, 0xffffffffn],
      ],
    ],
  );
  t.equal(rulesOf([condition(0, 8), condition(0, 9)]).length, 2);
  t.end();
});

t.test("an agent is not asked yet", (t) => {
  t.throws(() => encodeProfile(profile({ syscalls: [{ names: ["mount"], action: "SCMP_ACT_NOTIFY" }] })), {
    code: "SPEC_UNSUPPORTED",
    pointer: "/linux/seccomp/syscalls/0/action",
  });
  t.end();
});
