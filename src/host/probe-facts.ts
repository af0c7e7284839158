import { AT_FDCWD, block, buf, sys } from "../plan/build.ts";
import { bufferBytes, carry } from "./carry.ts";
import { parseCgroupFacts } from "./cgroup-facts.ts";
import type { HostFacts } from "./facts.ts";
import { refuseOldKernel } from "./kernel.ts";
import type { Host } from "./port.ts";
import { readShortFile, SHORT_SIZE } from "./short-file.ts";
import { callError, type Sys } from "./sys.ts";

const RLIMIT_NOFILE = 7;
const UTS_FIELD = 65;
/** _LINUX_CAPABILITY_VERSION_3 */
const CAPABILITY_VERSION = 0x20080522;

/**
 * Asks the kernel for everything that compile may choose by. Throws HOST_UNSUPPORTED on a kernel that is too old, before
 * anything is asked that such a kernel does not know; STEP_FAILED when /proc is not there.
 */
export function probeFacts(runtime: Sys): HostFacts {
  const { host } = runtime;
  const asked = carry(
    host,
    [
      sys("capget", [block({ u32: CAPABILITY_VERSION }, { u32: 0 }), buf("capabilities", 24)]),
      sys("uname", [buf("uts", 6 * UTS_FIELD)]),
      sys("prlimit64", [0, RLIMIT_NOFILE, 0, buf("nofile", 16)]),
    ],
    new Map(),
  );
  if (asked.failure !== undefined) throw callError(asked.failure.call, asked.failure.errno);
  const release = text(host, bufferBytes(asked, "uts").subarray(2 * UTS_FIELD, 3 * UTS_FIELD));
  const [major = "0", minor = "0"] = release.split(".");
  const kernel = { release, major: Number(major), minor: Number.parseInt(minor, 10) };
  refuseOldKernel(kernel);
  const read = (path: string) => readShort(runtime, path);
  const uidMap = read("/proc/self/uid_map") ?? "";
  const lsm = read("/sys/kernel/security/lsm")?.split(",") ?? [];
  return {
    arch: host.arch,
    kernel,
    euid: runtime.call("geteuid", []),
    inUserNamespace: !/^\s*0\s+0\s+4294967295\s*$/.test(uidMap),
    cgroup: parseCgroupFacts(
      runtime.readFileIfThere(AT_FDCWD, "/proc/self/mountinfo") ?? "",
      read("/proc/self/cgroup") ?? "",
      (mount) => read(`${mount}/cgroup.controllers`) ?? "",
    ),
    capabilities: permitted(bufferBytes(asked, "capabilities")),
    lastCapability: Number(read("/proc/sys/kernel/cap_last_cap") ?? "40"),
    lsm: { apparmor: lsm.includes("apparmor"), selinux: lsm.includes("selinux") },
    nofile: limitOf(bufferBytes(asked, "nofile")),
  };
}

/** The text of a file of the kernel, which is seldom long; undefined when it is not there. */
function readShort(runtime: Sys, path: string): string | undefined {
  const file = readShortFile(runtime, path);
  if (file?.bytes.length === SHORT_SIZE) return runtime.readFileIfThere(AT_FDCWD, path);
  return file && runtime.host.text(file.bytes);
}

/** The bits of the permitted set in what capget(2) filled: effective, permitted, inheritable; low words, high words. */
function permitted(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = [view.getUint32(4, true), view.getUint32(16, true)];
  const bits: number[] = [];
  words.forEach((word, high) => {
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) bits.push(32 * high + bit);
  });
  return bits;
}

function limitOf(bytes: Uint8Array): { soft: number; hard: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { soft: Number(view.getBigUint64(0, true)), hard: Number(view.getBigUint64(8, true)) };
}

function text(host: Host, bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return host.text(end < 0 ? bytes : bytes.subarray(0, end));
}
