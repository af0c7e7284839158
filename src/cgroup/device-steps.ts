import type { HostFacts } from "../host/facts.ts";
import { block, O, openAt2, slot, sys } from "../plan/build.ts";
import type { Call, Slot } from "../plan/call.ts";
import { patterned, type StepBody } from "../plan/remembered.ts";
import type { Step } from "../plan/step.ts";
import { type CgroupPlace, fileOf, openCgroup, STRICT } from "./cgroup-file.ts";
import { deviceProgram, INSTRUCTION_SIZE } from "./device-bpf.ts";
import { allowsEverything, type DeviceRules, deviceLines } from "./device-rules.ts";
import { writeText } from "./level-calls.ts";

const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
const BPF_F_ALLOW_MULTI = 2;
/** Sizes of union bpf_attr up to the last field that is used. */
const LOAD_SIZE = 72;
const ATTACH_SIZE = 16;

function title(rules: DeviceRules): string {
  if (allowsEverything(rules)) return "allow every device";
  const start = rules.defaultAllow ? "allow" : "deny";
  return `${start} all devices but for ${rules.rules.length} rules`;
}

/** Writes the rules to devices.deny and devices.allow of the v1 cgroup `place`. */
export function v1DeviceStep(rules: DeviceRules, { mount, path }: CgroupPlace, from: string): Step {
  const files = deviceLines(rules).filter(({ lines }) => lines.length > 0);
  const texts = [title(rules), mount, ...files.map(({ file }) => fileOf(path, file))];
  return patterned(
    from,
    "devices",
    texts,
    deviceLinesStep,
    files.map(({ lines }) => lines),
  );
}

function deviceLinesStep(files: readonly (readonly string[])[], texts: readonly string[]): StepBody {
  const [heading, mount, ...paths] = texts as [string, Slot, ...string[]];
  const fd: Slot = "cgroup.devices";
  const calls = paths.flatMap((path, i): Call[] => [
    openAt2(mount, path, O.WRONLY, STRICT, { into: fd }),
    ...(files[i] as readonly string[]).map((line) => writeText(fd, line)),
    sys("close", [slot(fd)]),
  ]);
  return { kind: "limit", title: heading, calls };
}

/** Loads the rules as an eBPF program and attaches it to the v2 cgroup `place`. */
export function v2DeviceStep(
  rules: DeviceRules,
  place: CgroupPlace,
  arch: HostFacts["arch"],
  from: string,
): Step {
  const program = deviceProgram(rules);
  const [dir, fd]: [Slot, Slot] = ["cgroup.device-directory", "cgroup.device-program"];
  // SPEC(bpf(2)): union bpf_attr of BPF_PROG_LOAD up to expected_attach_type.
  const loadAttr = block(
    { u32: BPF_PROG_TYPE_CGROUP_DEVICE },
    { u32: program.length / INSTRUCTION_SIZE },
    { ptr: { bytes: program } },
    { ptr: { str: "Apache" } },
    { u32: 0 }, // log_level
    { u32: 0 }, // log_size
    { u64: 0 }, // log_buf
    { u32: 0 }, // kern_version
    { u32: 0 }, // prog_flags
    { u64: 0 }, // prog_name
    { u64: 0 },
    { u32: 0 }, // prog_ifindex
    { u32: BPF_CGROUP_DEVICE },
  );
  const attachAttr = block(
    { slot: dir, width: 4 },
    { slot: fd, width: 4 },
    { u32: BPF_CGROUP_DEVICE },
    { u32: BPF_F_ALLOW_MULTI },
  );
  const calls: Call[] = [
    openCgroup(place, arch, dir),
    sys("bpf", [BPF_PROG_LOAD, loadAttr, LOAD_SIZE], { into: fd }),
    sys("bpf", [BPF_PROG_ATTACH, attachAttr, ATTACH_SIZE]),
  ];
  return { kind: "limit", from, title: title(rules), calls };
}
