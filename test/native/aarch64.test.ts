/** runt for aarch64, built on another machine and run by qemu-user, which knows neither clone3 nor mounts. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { RECORD_MAGIC } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawProgram } from "../host-contract/assembler.ts";
import { contract } from "../host-contract/contract.ts";
import { assertChecks } from "../host-contract/contract-tap.ts";
import { machineCases } from "../host-contract/machine-cases.ts";
import type { ClauseResult } from "../host-contract/quickjs-core.ts";
import { spawnCases } from "../host-contract/spawn-cases.ts";
import {
  BINARY,
  CROSS,
  lackOfTools,
  makeVariables,
  NATIVE,
  newQemu,
  QEMU,
  RUNT,
  script,
  sysroot,
} from "./aarch64.ts";
import { compile } from "./compile.ts";
import { PT, readElf } from "./elf.ts";
import { writeGoldenPrograms } from "./golden-programs.ts";
import { build, bundleCore, cannotBuild } from "./quickjs-build.ts";
import { writeSeeds } from "./seeds.ts";

const OUT = "build/native-test/aarch64";
const INIT = `${NATIVE}/runt-init`;
const EM_AARCH64 = 183;
const NATIVE_RUNT = "build/runt";

const skip = lackOfTools();
const skipBinary = skip || cannotBuild;
mkdirSync(OUT, { recursive: true });

/** Runs runt-init under qemu with `program` as fd 3 and a report pipe as fd 4. */
function run(program: RawProgram): { status: number | null; report: Buffer } {
  const path = `${OUT}/program`;
  writeFileSync(path, assemble(program).bytes);
  const fd = openSync(path, "r");
  const { status, output } = spawnSync(QEMU, [INIT, "3"], {
    stdio: ["ignore", "ignore", "inherit", fd, "pipe"],
  });
  closeSync(fd);
  return { status, report: output[4] as unknown as Buffer };
}

/** What a command leaves behind. */
function outcome(command: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  return { status, stdout, stderr };
}

t.test("runt-init is built for aarch64", { skip }, (t) => {
  script("build-native.sh");
  const image = readFileSync(INIT);
  const elf = readElf(image);
  t.equal(elf.machine, EM_AARCH64);
  t.ok(image.length <= 8192, `${image.length} bytes`);
  t.notOk(elf.segments.some(({ type }) => type === PT.INTERP || type === PT.DYNAMIC));
  t.end();
});

t.test("programs run on aarch64", { skip }, (t) => {
  const nr = (name: Parameters<typeof syscallNumber>[0]) => syscallNumber(name, "aarch64");
  t.equal(run({ ops: [{ code: "END" }] }).status, 0);
  t.equal(run({ ops: [{ code: "SYS", nr: nr("exit_group"), args: [33] }, { code: "END" }] }).status, 33);
  const failed = run({
    slots: [4, 0],
    report: 0,
    ops: [
      { code: "SYS", nr: nr("getpid"), dst: 1 },
      { code: "BRANCH", nr: 3, args: [{ slot: 1 }, -1], expect: 0 },
      { code: "SYS", nr: nr("fcntl"), args: [-1, 1, 2, 3, 4, 5] },
      { code: "END" },
    ],
  });
  t.equal(failed.status, 255);
  t.equal(failed.report.length, 24);
  t.equal(failed.report.readUInt32LE(0), RECORD_MAGIC);
  t.equal(failed.report.readInt32LE(8), 2);
  t.equal(failed.report.readInt32LE(12), 9);
  t.end();
});

t.test("the check on aarch64 gives the verdicts of the table and accepts the golden plans", { skip }, (t) => {
  const checker = `${OUT}/checker`;
  const flags = [`-specs=${sysroot()}/musl-gcc.specs`, "-static", "-mno-outline-atomics"];
  compile(`${CROSS}gcc`, checker, flags, ["fuzz/main.c"]);
  const seeds = writeSeeds(`${OUT}/seeds`, "aarch64");
  const golden = writeGoldenPrograms(`${OUT}/golden`, "aarch64");
  const wanted = [
    ...seeds.map(({ path, verdicts: [library, init] }) => `${library} ${init} ${path}`),
    ...golden.map((path) => `0 0 ${path}`),
  ];
  // No rounds of mutations, which only a sanitizer could judge.
  const { status, stdout, stderr } = outcome(QEMU, [
    checker,
    "0",
    ...wanted.map((line) => line.split(" ")[2] ?? ""),
  ]);
  t.equal(status, 0, stderr);
  t.same(stdout.trim().split("\n"), wanted);
  t.end();
});

t.test("the static binary is built for aarch64", { skip: skipBinary }, (t) => {
  script("build-binary.sh");
  const image = readFileSync(RUNT);
  const elf = readElf(image);
  t.equal(elf.machine, EM_AARCH64);
  t.ok(image.length <= 3 << 20, `${image.length} bytes`);
  t.notOk(elf.segments.some(({ type }) => type === PT.INTERP || type === PT.DYNAMIC));
  // Everything but the engine is made again, the image of its heap by a program with a longer path.
  const again = `${OUT}/the-same-binary-again`;
  rmSync(again, { recursive: true, force: true });
  cpSync(`${BINARY}/engine`, `${again}/engine`, { recursive: true, preserveTimestamps: true });
  build({ out: again, core: `${BINARY}/core.js`, variables: makeVariables(), sameEngine: false });
  t.ok(readFileSync(`${again}/runt`).equals(image), "a second build gives the same bytes");
  t.end();
});

t.test("the embedded host on aarch64 keeps the contract", { skip: skipBinary }, (t) => {
  const out = `${OUT}/contract`;
  cpSync(`${BINARY}/engine`, `${out}/engine`, { recursive: true, preserveTimestamps: true });
  const core = bundleCore("test/host-contract/quickjs-core.ts", out);
  build({ out, core, variables: makeVariables(), sameEngine: false });
  const { status, stdout, stderr } = outcome(QEMU, [`${out}/runt`]);
  t.equal(stderr, "");
  t.equal(status, 7, "the status of exit");
  const results = stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as ClauseResult);
  t.same(
    results.map(({ name }) => name),
    [...contract, ...machineCases].map(({ name }) => name),
    "every clause was checked",
  );
  // Children need clone3.
  const children = new Set(spawnCases.map(({ name }) => name));
  for (const { name, checks } of results.filter(({ name }) => !children.has(name))) {
    t.test(name, (t) => {
      assertChecks(t, checks);
      t.end();
    });
  }
  t.end();
});

/** O_DIRECTORY and O_NOFOLLOW in the flags of openat2, as they are on x86_64. */
function translateFlags(text: string): string {
  return text.replace(
    /\{0x([0-9a-f]+), (\d+), (\d+)\}, 24\)/g,
    (_, hex: string, mode: string, resolve: string) => {
      const flags = Number.parseInt(hex, 16);
      const both = (flags & 0o140000) << 2;
      return `{0x${((flags & ~0o140000) | both).toString(16)}, ${mode}, ${resolve}}, 24)`;
    },
  );
}

/** Without the instructions of a filter, which are about the system call numbers of one machine. */
function withoutFilter(text: string): string {
  return text
    .replace(/filter \(\d+ instructions\)/g, "filter")
    .replace(/seccomp\(1, (\d+), \{\d+, 0, 0, &"[^\n]*/g, "seccomp(1, $1)");
}

t.test("commands print on aarch64 what they print on x86_64", { skip: skipBinary }, (t) => {
  const found = newQemu();
  if ("lack" in found) {
    t.plan(0, found.lack);
    return;
  }
  const bundles = `${OUT}/bundles`;
  rmSync(bundles, { recursive: true, force: true });
  mkdirSync(`${bundles}/spec`, { recursive: true });
  const same = (args: readonly string[], edit = (text: string) => text, wantedEdit = edit) => {
    const theirs = outcome(found.qemu, [RUNT, ...args]);
    const ours = outcome(NATIVE_RUNT, args);
    t.equal(theirs.stderr, ours.stderr, `stderr of ${args.join(" ")}`);
    t.equal(theirs.status, ours.status, `status of ${args.join(" ")}`);
    t.same(
      edit(theirs.stdout).split("\n"),
      wantedEdit(ours.stdout).split("\n"),
      `output of ${args.join(" ")}`,
    );
    return ours;
  };
  for (const args of [["--version"], ["features"], ["--help"], ["nonsense"], ["state", "absent"]]) same(args);
  t.equal(outcome(found.qemu, [RUNT, "spec", "--bundle", `${bundles}/spec`]).status, 0);
  const written = readFileSync(`${bundles}/spec/config.json`, "utf8");
  rmSync(`${bundles}/spec/config.json`);
  t.equal(outcome(NATIVE_RUNT, ["spec", "--bundle", `${bundles}/spec`]).status, 0);
  t.equal(written, readFileSync(`${bundles}/spec/config.json`, "utf8"), "spec writes the same");
  const cases = readdirSync("test/golden", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of cases) cpSync(`test/golden/${name}/config.json`, `${bundles}/${name}/config.json`);
  for (const name of readdirSync(bundles)) {
    mkdirSync(`${bundles}/${name}/rootfs`);
    t.equal(same(["validate", "--bundle", `${bundles}/${name}`]).status, 0, `${name} is valid`);
    const explain = ["explain", "--bundle", `${bundles}/${name}`];
    const { status, stdout } = same(explain, (text) => withoutFilter(translateFlags(text)), withoutFilter);
    t.equal(status, 0, `${name} is explained`);
    t.match(stdout, "openat2(", `${name} has calls whose flags differ`);
  }
  t.end();
});
