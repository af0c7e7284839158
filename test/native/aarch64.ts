/** What tests of aarch64 on another machine need: the toolchain, a qemu, and the folders of what is built. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { must } from "./quickjs-build.ts";

export const CROSS = "aarch64-linux-gnu-";
export const NATIVE = "build/native-aarch64-linux-gnu";
export const BINARY = "build/binary-aarch64-linux-gnu";
export const RUNT = "build/runt-aarch64-linux-gnu";
/** The distribution's: of any version, and quick. */
export const QEMU = "qemu-aarch64-static";

const has = (command: string) => spawnSync(command, ["--version"]).status === 0;
const equipped = () => has(`${CROSS}gcc`) && has(QEMU);

/** Why nothing of aarch64 can be tested, or false. Root installs what is missing. */
export function lackOfTools(): string | false {
  if (process.arch === "arm64") return "the other tests have run on aarch64";
  if (!equipped() && process.getuid?.() === 0) {
    // Another test may be about to do the same.
    const args = ["build/setup.lock", "bash", "scripts/setup.sh", "aarch64"];
    spawnSync("flock", args, { stdio: ["ignore", "ignore", "inherit"] });
  }
  return !equipped() && "as root: apt-get install gcc-aarch64-linux-gnu qemu-user-static";
}

/** Runs one of scripts/ for aarch64; gives what it prints. */
export function script(name: string): string {
  return must("env", [`CROSS=${CROSS}`, "bash", `scripts/${name}`]).trim();
}

/** The folder of scripts/fetch-sysroot.sh. */
export const sysroot = () => script("fetch-sysroot.sh");

/** What native/quickjs/Makefile has to know to build for aarch64. */
export function makeVariables(): string[] {
  return [
    `CROSS=${CROSS}`,
    `SYSROOT=${sysroot()}`,
    `HOST=${resolve("build/binary/host")}`,
    `NATIVE=${resolve(NATIVE)}`,
  ];
}

/** A qemu that knows openat2, or why there is none. */
export function newQemu(): { qemu: string } | { lack: string } {
  const { status, stdout, stderr } = spawnSync("bash", ["scripts/fetch-qemu.sh"], { encoding: "utf8" });
  const qemu = stdout.trim();
  return status === 0 && existsSync(qemu)
    ? { qemu }
    : { lack: stderr.trim().split("\n").at(-1) ?? "no qemu" };
}
