import t from "tap";
import { refuseUnsupported } from "../../src/compile/unsupported.ts";
import type { Spec } from "../../src/spec/types.ts";

const spec = (more: object): Spec => ({ ociVersion: "1.2.0", ...more }) as Spec;
const process = (more: object): Spec => spec({ process: { cwd: "/", ...more } });
const linux = (more: object): Spec => spec({ linux: more });

const REFUSED: readonly (readonly [pointer: string, spec: Spec])[] = [
  [
    "/linux/seccomp/listenerPath",
    linux({ seccomp: { defaultAction: "SCMP_ACT_ALLOW", listenerPath: "/run/agent" } }),
  ],
  ["/process/apparmorProfile", process({ apparmorProfile: "runt-default" })],
  ["/process/selinuxLabel", process({ selinuxLabel: "system_u:system_r:container_t:s0" })],
  ["/process/scheduler", process({ scheduler: { policy: "SCHED_IDLE" } })],
  ["/process/ioPriority", process({ ioPriority: { class: "IOPRIO_CLASS_IDLE" } })],
  ["/process/execCPUAffinity", process({ execCPUAffinity: { initial: "0" } })],
  ["/linux/intelRdt", linux({ intelRdt: { closID: "a" } })],
  ["/linux/memoryPolicy", linux({ memoryPolicy: { mode: "MPOL_BIND" } })],
  ["/linux/netDevices", linux({ netDevices: { eth0: {} } })],
  ["/linux/personality", linux({ personality: { domain: "LINUX32" } })],
  ["/linux/mountLabel", linux({ mountLabel: "a:b:c" })],
];

for (const [pointer, config] of REFUSED) {
  t.test(`${pointer} is refused by its name, with a hint`, (t) => {
    const field = pointer.slice(1).replaceAll("/", ".");
    t.throws(() => refuseUnsupported(config), {
      code: "SPEC_UNSUPPORTED",
      pointer,
      message: new RegExp(`^${field} is not carried out`),
      hint: /./,
    });
    t.end();
  });
}

t.test("absent and empty fields pass", (t) => {
  const empty = [
    spec({}),
    process({ apparmorProfile: "", selinuxLabel: "" }),
    linux({ seccomp: undefined, netDevices: {}, mountLabel: "" }),
  ];
  for (const config of empty) t.doesNotThrow(() => refuseUnsupported(config));
  t.end();
});
