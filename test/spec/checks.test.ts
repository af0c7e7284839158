/** Each check by itself: a change to the smallest good config that it, and no other check, speaks up about. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import * as devices from "../../src/spec/checks/devices.ts";
import * as document from "../../src/spec/checks/document.ts";
import * as hooks from "../../src/spec/checks/hooks.ts";
import * as ids from "../../src/spec/checks/id-mappings.ts";
import { CHECKS, type Check } from "../../src/spec/checks/index.ts";
import * as rdt from "../../src/spec/checks/intel-rdt.ts";
import * as paths from "../../src/spec/checks/linux-paths.ts";
import * as policy from "../../src/spec/checks/memory-policy.ts";
import * as mounts from "../../src/spec/checks/mounts.ts";
import * as namespaces from "../../src/spec/checks/namespaces.ts";
import { personalityHasNoFlags } from "../../src/spec/checks/personality.ts";
import * as process from "../../src/spec/checks/process.ts";
import * as resources from "../../src/spec/checks/resources.ts";
import { ioPriorityIsKnown, schedulerIsSound } from "../../src/spec/checks/scheduling.ts";
import * as seccomp from "../../src/spec/checks/seccomp.ts";
import { sysctlsAreNamespaced } from "../../src/spec/checks/sysctl.ts";
import type { Spec } from "../../src/spec/types.ts";
import { validateSpec } from "../../src/spec/validate.ts";
import { configOf, goodConfig, lineOf } from "./fixtures.ts";

type ProcessCheck = (typeof process.PROCESS_CHECKS)[number];
/** New values by JSON pointer; undefined takes the field away. */
type Changes = Record<string, unknown>;
/** How the message begins is the last part. */
type Row<C> = [check: C, changes: Changes, begins: string];

const set = (pointer: string, value: unknown): Changes => ({ [pointer]: value });
/** The namespaces of the smallest good config and more. */
const spaces = (...more: object[]): Changes =>
  set("/linux/namespaces", [{ type: "mount" }, { type: "pid" }, ...more]);
const uts = spaces({ type: "uts" });
const net = spaces({ type: "network" });
const one = { containerID: 0, hostID: 1000, size: 10 };
const mapped = (kind: "uid" | "gid", ...mappings: object[]): Changes => ({
  ...spaces({ type: "user" }),
  "/linux/uidMappings": [one],
  "/linux/gidMappings": [one],
  [`/linux/${kind}Mappings`]: mappings,
});
const bind = { destination: "/a", source: "/b", options: ["bind"] };
const mount = (value: object): Changes => set("/mounts", [value]);
const bound = (value: object): Changes => mount({ ...bind, ...value });
const hook = (value: object): Changes => set("/hooks", { prestart: [value] });
const zero = { type: "c", path: "/dev/a", major: 1, minor: 5 };
const nodes = (...list: object[]): Changes => set("/linux/devices", list);
const limits = (value: object): Changes => set("/linux/resources", value);
const filter = (more: object): Changes => set("/linux/seccomp", { defaultAction: "SCMP_ACT_ALLOW", ...more });
const rule = (more: object): Changes =>
  filter({ syscalls: [{ names: ["read"], action: "SCMP_ACT_KILL", ...more }] });
const notify = { action: "SCMP_ACT_NOTIFY" };
const core = { type: "RLIMIT_CORE", soft: 1, hard: 2 };
const rlimits = (...list: object[]): Changes => set("/process/rlimits", list);
const ambient = (permitted: string[], inheritable: string[]): Changes =>
  set("/process/capabilities", { ambient: ["CAP_KILL"], permitted, inheritable });
const MEM = "linux.resources.memory";
const CPU = "linux.resources.cpu";

const SPEC_ROWS: Row<Check>[] = [
  [document.versionIsKnown, set("/ociVersion", "1.2"), 'ociVersion: "1.2" is not a version'],
  [document.versionIsKnown, set("/ociVersion", "2.0.0"), 'ociVersion: version "2.0.0" of the specification'],
  [document.rootIsPresent, set("/root", undefined), "root: root must be specified"],
  [document.rootIsPresent, set("/root/path", ""), "root.path: the path is empty"],
  [document.processIsPresent, set("/process", undefined), "process: process property must not be empty"],
  [document.linuxIsPresent, set("/linux", undefined), "linux: without it the container would have no"],
  [document.annotationsHaveKeys, set("/annotations", { "": "x" }), 'annotations[""]: an annotation has an'],
  [document.otherPlatformsAreAbsent, set("/windows", {}), "windows: ignored on linux"],

  [namespaces.namespacesAreOnce, spaces({ type: "pid" }), 'linux.namespaces[2].type: the namespace "pid" is'],
  [
    namespaces.namespacePathsAreAbsolute,
    spaces({ type: "ipc", path: "ns/ipc" }),
    'linux.namespaces[2].path: "ns/ipc" is not an absolute path',
  ],
  ...["hostname", "domainname"].map((field): Row<Check> => {
    const begins = `${field}: unable to set ${field} without a private UTS namespace`;
    return [namespaces.namesHaveUtsNamespace, set(`/${field}`, "a"), begins];
  }),
  [namespaces.namesFit, { ...uts, "/hostname": "a".repeat(65) }, 'hostname: "aaa'],
  [
    namespaces.timeOffsetsHaveTimeNamespace,
    set("/linux/timeOffsets", { monotonic: { secs: 1 } }),
    "linux.timeOffsets: clocks cannot be offset without a private time namespace",
  ],
  [
    namespaces.netDevicesHaveNetworkNamespace,
    set("/linux/netDevices", { eth0: {} }),
    "linux.netDevices: network devices cannot be moved without a private network namespace",
  ],
  [
    namespaces.netDevicesHaveNetworkNamespace,
    { ...net, "/linux/netDevices": { "a.~1": { name: "ä".repeat(8) } } },
    'linux.netDevices["a.~1"].name: "ääääääää" is no name',
  ],
  [
    sysctlsAreNamespaced,
    { ...net, "/linux/sysctl": { "net/../vm/swappiness": "1" } },
    'linux.sysctl["net/../vm/swappiness"]: sysctl "net/../vm/swappiness" is no kernel parameter',
  ],

  [
    ids.mappingsHaveUserNamespace,
    set("/linux/gidMappings", [one]),
    "linux.gidMappings: user namespace mappings specified, but no user namespace",
  ],
  [
    ids.userNamespaceHasMappings,
    spaces({ type: "user" }),
    "linux.uidMappings: user namespaces enabled, but no namespace path to join nor mappings to apply specified",
  ],
  [ids.userNamespaceHasMappings, mapped("gid"), "linux.gidMappings: the new user namespace has no such"],
  [
    ids.mappingsAreSound,
    mapped("uid", one, { ...one, size: 0 }),
    "linux.uidMappings[1].size: the mapping is",
  ],
  [
    ids.mappingsAreSound,
    mapped("uid", one, { containerID: 9, hostID: 5000, size: 1 }),
    "linux.uidMappings[1].containerID: the ids from 9 on overlap those of mapping 0",
  ],
  [
    ids.mappingsAreSound,
    mapped("gid", one, { containerID: 10, hostID: 991, size: 10 }),
    "linux.gidMappings[0].hostID: the ids from 1000 on overlap those of mapping 1",
  ],
  [
    ids.processIdsAreMapped,
    { ...mapped("uid", one), "/process/user": { uid: 10, gid: 0 } },
    "process.user.uid: 10 is not mapped",
  ],

  [mounts.destinationsAreAbsolute, bound({ destination: "" }), "mounts[0].destination: the destination is"],
  [mounts.destinationsAreAbsolute, bound({ destination: "a" }), 'mounts[0].destination: "a" is a relative'],
  [mounts.mountsHaveTypes, bound({ options: [] }), 'mounts[0].type: the mount on "/a" has no type'],
  [mounts.bindMountsHaveSources, bound({ source: "" }), 'mounts[0].source: the bind mount on "/a" has no'],
  [
    mounts.bindMountsHaveNoData,
    bound({ options: ["rbind", "ro", "size=1m"] }),
    "mounts[0].options[2]: bind mounts cannot have any filesystem-specific options applied",
  ],
  [mounts.procIsProcfs, bound({ destination: "/proc" }), 'mounts[0].destination: "/proc" cannot be mounted'],
  [
    mounts.procIsProcfs,
    mount({ destination: "/tmp/..//proc/", type: "tmpfs" }),
    'mounts[0].destination: "/proc" cannot be mounted because it is not of type proc',
  ],
  [
    mounts.procIsProcfs,
    bound({ destination: "/proc/self" }),
    'mounts[0].destination: "/proc/self" cannot be mounted because it is inside /proc',
  ],
  [
    mounts.mountMappingsArePaired,
    bound({ uidMappings: [one] }),
    "mounts[0].gidMappings: uidMappings is given",
  ],
  [
    mounts.idMappedMountsHaveMappings,
    bound({ options: ["bind", "idmap"] }),
    "mounts[0].options[1]: idmap has no mappings",
  ],
  [
    mounts.idMappedMountsAreBinds,
    mount({ destination: "/a", type: "tmpfs", uidMappings: [one], gidMappings: [one] }),
    "mounts[0].options: id-mapped mounts are only supported for bind-mounts",
  ],

  [hooks.hookPathsAreAbsolute, hook({ path: "a" }), 'hooks.prestart[0].path: "a" is not an absolute path'],
  [
    hooks.hookTimeoutsArePositive,
    hook({ path: "/a", timeout: 0 }),
    "hooks.prestart[0].timeout: 0 is not above",
  ],
  [devices.devicePathsAreAbsolute, nodes({ ...zero, path: "a" }), 'linux.devices[0].path: "a" is not an'],
  [
    devices.devicesHaveNumbers,
    nodes({ type: "b", path: "/dev/a", major: 1 }),
    'linux.devices[0].minor: the device "/dev/a" has no minor number',
  ],
  [
    devices.devicePathsAreOnce,
    nodes(zero, { ...zero, minor: 3 }),
    'linux.devices[1].path: the device "/dev/a" is listed twice',
  ],
  [
    devices.devicesAreOnce,
    nodes(zero, { ...zero, path: "/b" }),
    'linux.devices[1]: "/b" is character device 1:5',
  ],
  [paths.hiddenPathsAreAbsolute, set("/linux/maskedPaths", ["a"]), 'linux.maskedPaths[0]: "a" is not an'],
  [paths.hiddenPathsAreAbsolute, set("/linux/readonlyPaths", ["a"]), 'linux.readonlyPaths[0]: "a" is not an'],
  [
    paths.cgroupsPathDoesNotClimb,
    set("/linux/cgroupsPath", "/a/../b"),
    'linux.cgroupsPath: "/a/../b" has ".."',
  ],

  [
    resources.memoryIsNotNegative,
    limits({ memory: { reservation: -2 } }),
    `${MEM}.reservation: -2 is below -1`,
  ],
  [resources.swapIsAboveMemory, limits({ memory: { swap: 1 } }), `${MEM}.swap: unable to set swap limit 1`],
  [
    resources.swapIsAboveMemory,
    limits({ memory: { limit: 2, swap: 1 } }),
    `${MEM}.swap: memory+swap limit 1`,
  ],
  [
    resources.cpuBurstFitsQuota,
    limits({ cpu: { quota: 5, burst: 6 } }),
    `${CPU}.burst: the burst 6 is above`,
  ],
  [resources.cpuPeriodIsInRange, limits({ cpu: { period: 10 } }), `${CPU}.period: 10 us is out of range`],
  [resources.cpuSetsAreLists, limits({ cpu: { mems: "a" } }), `${CPU}.mems: "a" is no list of numbers`],
  [
    resources.deviceRulesHaveAccess,
    limits({ devices: [{ allow: true, access: "x" }] }),
    'linux.resources.devices[0].access: "x" is no access',
  ],
  [
    resources.blockWeightsAreSound,
    limits({ blockIO: { weight: 9 } }),
    "linux.resources.blockIO.weight: 9 is out of range",
  ],
  [
    resources.hugePagesHaveSizes,
    limits({ hugepageLimits: [{ pageSize: "2", limit: 1 }] }),
    'linux.resources.hugepageLimits[0].pageSize: "2" is no page size',
  ],
  [resources.rdmaLimitsAreSet, limits({ rdma: { a: {} } }), "linux.resources.rdma.a: neither"],
  [
    resources.unifiedKeysAreFiles,
    limits({ unified: { a: "1" } }),
    'linux.resources.unified.a: "a" is no file',
  ],

  [
    seccomp.errnosHaveActions,
    filter({ defaultErrnoRet: 1 }),
    "linux.seccomp.defaultErrnoRet: the action SCMP_ACT_ALLOW takes no errno",
  ],
  [
    seccomp.errnosHaveActions,
    rule({ errnoRet: 1 }),
    "linux.seccomp.syscalls[0].errnoRet: the action SCMP_ACT_KILL takes no errno",
  ],
  [
    seccomp.seccompArgumentsExist,
    rule({ args: [{ index: 6, value: 0, op: "SCMP_CMP_EQ" }] }),
    "linux.seccomp.syscalls[0].args[0].index: 6 is out of range",
  ],
  [
    seccomp.listenerMetadataHasListener,
    filter({ listenerMetadata: "a" }),
    "linux.seccomp.listenerMetadata: it is set without listenerPath",
  ],
  [seccomp.notifyHasListener, rule(notify), "linux.seccomp.listenerPath: seccomp listenerPath is not set"],
  [
    seccomp.notifyDoesNotHang,
    filter({ listenerPath: "/a", syscalls: [{ names: ["write"], ...notify }] }),
    "linux.seccomp.syscalls[0].names: SCMP_ACT_NOTIFY cannot be used for the write syscall",
  ],
  [rdt.classIsAName, set("/linux/intelRdt", { closID: ".." }), 'linux.intelRdt.closID: ".." is no name'],
  [
    rdt.schemataAreLines,
    set("/linux/intelRdt", { memBwSchema: "MB:0=1\n" }),
    'linux.intelRdt.memBwSchema: "MB:0=1\\n" holds a newline',
  ],
  [
    rdt.schemasHavePrefixes,
    set("/linux/intelRdt", { memBwSchema: "L3:0=1" }),
    'linux.intelRdt.memBwSchema: "L3:0=1" does not start with MB:',
  ],
  [
    policy.policyNodesFitMode,
    set("/linux/memoryPolicy", { mode: "MPOL_BIND" }),
    "linux.memoryPolicy.nodes: invalid memory policy: MPOL_BIND needs a node",
  ],
  [
    policy.policyFlagsFitMode,
    set("/linux/memoryPolicy", { mode: "MPOL_LOCAL", flags: ["MPOL_F_STATIC_NODES"] }),
    "linux.memoryPolicy.flags: invalid memory policy flags: MPOL_LOCAL takes none",
  ],
  [
    personalityHasNoFlags,
    set("/linux/personality", { domain: "LINUX", flags: ["A"] }),
    'linux.personality.flags[0]: no flag is defined, so "A" is unknown',
  ],
];

const NUL_BYTES: [Changes, string][] = [
  [set("/process/cwd", "/\0"), "process.cwd"],
  [set("/process/args", ["a", "\0"]), "process.args[1]"],
  [set("/process/env", ["A=\0"]), "process.env[0]"],
  [{ ...uts, "/hostname": "\0" }, "hostname"],
  [bound({ destination: "/\0" }), "mounts[0].destination"],
  [bound({ source: "/\0" }), "mounts[0].source"],
  [mount({ destination: "/a", type: "tmpfs", options: ["\0"] }), "mounts[0].options[0]"],
  [hook({ path: "/\0" }), "hooks.prestart[0].path"],
  [hook({ path: "/a", args: ["\0"] }), "hooks.prestart[0].args[0]"],
  [hook({ path: "/a", env: ["A=\0"] }), "hooks.prestart[0].env[0]"],
  [set("/linux/maskedPaths", ["/\0"]), "linux.maskedPaths[0]"],
  [set("/linux/readonlyPaths", ["/\0"]), "linux.readonlyPaths[0]"],
];

const SEPARATE = "is not in a separate kernel namespace";
const IPC = "msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced".split(" ");
/** Why a container that has no namespace for it cannot set a kernel parameter, and the one that it needs. */
const SYSCTLS: [key: string, why: string, needs?: string][] = [
  ...IPC.map((name): [string, string, string] => [`kernel.${name}`, SEPARATE, "ipc"]),
  ["fs.mqueue.msg_max", SEPARATE, "ipc"],
  ["fs/mqueue/msg_max", SEPARATE, "ipc"],
  ["kernel/sem", SEPARATE, "ipc"],
  ["kernel.domainname", SEPARATE, "uts"],
  ["user.max_user_namespaces", SEPARATE, "user"],
  ["net.ipv4.ip_forward", "not allowed in host network namespace", "network"],
  ["net/ipv4/conf/eth0.1/forwarding", "not allowed in host network namespace", "network"],
  ["kernel.pid_max", SEPARATE],
  ["vm.swappiness", SEPARATE],
  ["kernel.hostname", 'is not allowed as it conflicts with the OCI "hostname" field'],
];

const PROCESS_ROWS: Row<ProcessCheck>[] = [
  [process.cwdIsAbsolute, set("/process/cwd", ""), "process.cwd: Cwd property must not be empty"],
  [process.cwdIsAbsolute, set("/process/cwd", "a"), "process.cwd: Cwd must be an absolute path"],
  [process.argsNameAProgram, set("/process/args", []), "process.args: args must not be empty"],
  [process.argsNameAProgram, set("/process/args", [""]), "process.args[0]: the program's name is empty"],
  [process.environmentHasNames, set("/process/env", ["A=", "B"]), "process.env[1]: invalid environment"],
  [process.environmentHasNames, set("/process/env", ["=B"]), "process.env[0]: invalid environment"],
  [
    process.rlimitsAreKnown,
    rlimits(core, { ...core, type: "RLIMIT_X" }),
    "process.rlimits[1].type: wrong rlimit value: RLIMIT_X",
  ],
  [process.rlimitsAreOnce, rlimits(core, core), 'process.rlimits[1].type: "RLIMIT_CORE" is set twice'],
  [
    process.softLimitsAreBelowHard,
    rlimits({ ...core, soft: 3 }),
    'process.rlimits[0].soft: "RLIMIT_CORE" has',
  ],
  [
    process.capabilitiesAreKnown,
    set("/process/capabilities", { bounding: ["CAP_X"] }),
    'process.capabilities.bounding[0]: unknown capability "CAP_X"',
  ],
  [
    process.capabilitySetsAgree,
    ambient([], ["CAP_KILL"]),
    "process.capabilities.ambient[0]: CAP_KILL cannot be raised: it is not in the permitted set",
  ],
  [
    process.capabilitySetsAgree,
    ambient(["CAP_KILL"], []),
    "process.capabilities.ambient[0]: CAP_KILL cannot be raised: it is not in the inheritable set",
  ],
  [
    process.oomScoreIsInRange,
    set("/process/oomScoreAdj", -1001),
    "process.oomScoreAdj: -1001 is out of range",
  ],
  [
    process.umaskIsInRange,
    set("/process/user", { uid: 0, gid: 0, umask: 0o1000 }),
    "process.user.umask: 512 is no file mode creation mask",
  ],
  [
    process.consoleSizeIsUsed,
    set("/process/consoleSize", { height: 24, width: 80 }),
    "process.consoleSize: ignored without a terminal",
  ],
  [
    schedulerIsSound,
    set("/process/scheduler", { policy: "SCHED_OTHER", nice: 20 }),
    "process.scheduler.nice: 20 is out of range",
  ],
  [
    ioPriorityIsKnown,
    set("/process/ioPriority", { class: "IOPRIO_CLASS_BE", priority: 8 }),
    "process.ioPriority.priority: 8 is out of range",
  ],
];

/** What is odd and yet carried out, by the beginning of the message; all else is an error. */
const ODD = [
  "process: ",
  "linux: ",
  "windows: ",
  'mounts[0].destination: "a" is a relative',
  "linux.devices[1]: ",
  "linux.cgroupsPath: ",
  "process.capabilities",
  "process.consoleSize",
];

/** The smallest good config with the changes. */
function changed(changes: Changes): Spec {
  return JSON.parse(JSON.stringify(configOf({ name: "", set: changes, findings: [] })));
}

/** Whether one finding, which begins as it should, is all that is said about the config. */
function says(t: Test, spec: Spec, begins: string): void {
  const findings = validateSpec(spec);
  t.equal(findings.length, 1, `${begins}: ${findings.map(lineOf).join(" | ")}`);
  const finding = findings[0];
  t.ok(finding?.message.startsWith(begins), `${finding?.message} begins with ${begins}`);
  t.equal(finding?.severity, ODD.some((odd) => begins.startsWith(odd)) ? "warning" : "error", begins);
  if (finding?.severity === "error") t.match(finding.hint, /./, `a cure: ${begins}`);
}

/** The checks that speak up, apart from those of the process, which stand in CHECKS as one. */
function speaking(spec: Spec): readonly Check[] {
  return CHECKS.filter((check) => check(spec).length > 0);
}

const nulRows = NUL_BYTES.map(([changes, field]): Row<Check> => {
  return [document.textsHaveNoNulBytes, changes, `${field}: `];
});
const sysctlRows = SYSCTLS.map(([key, why]): Row<Check> => {
  const begins = `linux.sysctl[${JSON.stringify(key)}]: sysctl "${key}" ${why}`;
  return [sysctlsAreNamespaced, set("/linux/sysctl", { [key]: "1" }), begins];
});
const specRows = [...SPEC_ROWS, ...nulRows, ...sysctlRows];

t.test("a config that trips one check trips no other", async (t) => {
  for (const [check, changes, begins] of specRows) {
    const spec = changed(changes);
    says(t, spec, begins);
    t.same(
      speaking(spec).map(({ name }) => name),
      [check.name],
      begins,
    );
  }
});

t.test("a process that trips one check trips no other", async (t) => {
  for (const [check, changes, begins] of PROCESS_ROWS) {
    const spec = changed(changes);
    says(t, spec, begins);
    const tripped = process.PROCESS_CHECKS.filter((one) => spec.process && one(spec.process, "").length > 0);
    t.same(tripped, [check], begins);
    t.equal(speaking(spec).length, 1, begins);
  }
});

t.test("every check has a row", async (t) => {
  const tested = new Set([...specRows, ...PROCESS_ROWS].map(([check]) => check as unknown));
  const missing = [...CHECKS, ...process.PROCESS_CHECKS].filter((check) => !tested.has(check));
  t.same(
    missing.map(({ name }) => name),
    ["checkProcess"],
    "all but the one that runs those of the process",
  );
});

t.test("a namespace of its own lets a container set the kernel parameter", async (t) => {
  const all = ["ipc", "uts", "network", "user"];
  for (const [key, , needs] of SYSCTLS) {
    const refusals = (types: string[]): number => {
      const changes = { ...mapped("uid", one), ...spaces(...types.map((type) => ({ type }))) };
      const findings = validateSpec(changed({ ...changes, "/linux/sysctl": { [key]: "1" } }));
      return findings.filter(({ pointer }) => pointer.startsWith("/linux/sysctl/")).length;
    };
    t.equal(refusals(all), needs === undefined ? 1 : 0, `${key} with all`);
    t.equal(refusals(all.filter((type) => type !== needs)), 1, `${key} without ${needs}`);
  }
});

t.test("every mapping that a wide one covers is told about", async (t) => {
  const within = [30, 10, 50].map((id) => ({ containerID: id, hostID: id * 1000, size: 5 }));
  const spec = changed(mapped("uid", { containerID: 0, hostID: 0, size: 40 }, ...within));
  t.same(
    validateSpec(spec).map(({ pointer }) => pointer),
    ["/linux/uidMappings/2/containerID", "/linux/uidMappings/1/containerID"],
  );
});

t.test("what is near a fault and none", async (t) => {
  const good: [string, Changes][] = [
    ["no change", {}],
    ["procfs on /proc", mount({ destination: "/proc", type: "proc", source: "proc" })],
    ["procfs elsewhere", mount({ destination: "/host", type: "proc", source: "proc" })],
    ["the host's procfs", mount({ destination: "/proc", type: "bind", source: "/proc" })],
    ["an allowed file below /proc", bound({ destination: "/proc/uptime" })],
    ["a FIFO without numbers", nodes({ type: "p", path: "/dev/a" })],
    ["soft equal to hard", rlimits({ ...core, soft: 2 })],
    ["no limits", limits({ memory: { limit: -1, swap: -1 }, cpu: { quota: -1, burst: 5 } })],
    ["swap without a limit", limits({ memory: { limit: 5, swap: -1 } })],
    ["swap that is not set", limits({ memory: { limit: 5, swap: 0 } })],
    ["mappings that touch", mapped("uid", one, { containerID: 10, hostID: 1010, size: 5 })],
    ["a namespace to join", spaces({ type: "user", path: "/proc/1/ns/user" })],
    ["a number for the tracer", rule({ action: "SCMP_ACT_TRACE", errnoRet: 5 })],
    ["a umask of all bits", set("/process/user", { uid: 0, gid: 0, umask: 0o777 })],
    ["an execution domain", set("/linux/personality", { domain: "LINUX", flags: [] })],
    ["the last oom score", set("/process/oomScoreAdj", 1000)],
  ];
  for (const [name, changes] of good) t.same(validateSpec(changed(changes)).map(lineOf), [], name);
});

t.test("what runc 1.1 writes as ambient set, without an inheritable one", async (t) => {
  const config = goodConfig("runc-spec") as Spec;
  const capabilities = { ...config.process?.capabilities, ambient: config.process?.capabilities?.permitted };
  t.same(validateSpec({ ...config, process: { ...config.process, capabilities } }).map(lineOf), []);
});

const hasRunc = spawnSync("runc", ["--version"]).status === 0;
t.test("the config of runc spec has no finding", { skip: hasRunc ? false : "needs runc" }, async (t) => {
  for (const options of [[], ["--rootless"]]) {
    const folder = mkdtempSync(join(tmpdir(), "runt-spec-"));
    t.teardown(() => rmSync(folder, { recursive: true }));
    t.equal(spawnSync("runc", ["spec", ...options], { cwd: folder }).status, 0);
    t.same(validateSpec(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).map(lineOf), []);
  }
});
