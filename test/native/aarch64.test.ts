import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { RECORD_MAGIC } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawProgram } from "../host-contract/assembler.ts";
import { PT, readElf } from "./elf.ts";

const CROSS = "aarch64-linux-gnu-";
const QEMU = "qemu-aarch64-static";
const INIT = "build/native-aarch64-linux-gnu/runt-init";
const EM_AARCH64 = 183;

const has = (command: string) => spawnSync(command, ["--version"]).status === 0;
const skip = !has(`${CROSS}gcc`) && "no cross compiler for aarch64";
const skipRun = skip || (!has(QEMU) && "no qemu for aarch64 programs");

/** Runs runt-init under qemu with `program` as fd 3 and a report pipe as fd 4. */
function run(program: RawProgram): { status: number | null; report: Buffer } {
  mkdirSync("build/native-test", { recursive: true });
  const path = "build/native-test/aarch64-program";
  writeFileSync(path, assemble(program).bytes);
  const fd = openSync(path, "r");
  const { status, output } = spawnSync(QEMU, [INIT, "3"], {
    stdio: ["ignore", "ignore", "inherit", fd, "pipe"],
  });
  closeSync(fd);
  return { status, report: output[4] as unknown as Buffer };
}

t.test("runt-init is built for aarch64", { skip }, (t) => {
  const { status, stderr } = spawnSync("bash", ["scripts/build-native.sh"], {
    encoding: "utf8",
    env: { ...process.env, CROSS },
  });
  t.equal(status, 0, stderr);
  const image = readFileSync(INIT);
  const elf = readElf(image);
  t.equal(elf.machine, EM_AARCH64);
  t.ok(image.length <= 8192, `${image.length} bytes`);
  t.notOk(elf.segments.some(({ type }) => type === PT.INTERP || type === PT.DYNAMIC));
  t.end();
});

t.test("programs run on aarch64", { skip: skipRun }, (t) => {
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
