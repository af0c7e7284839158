import { SECCOMP_FLAGS } from "../compile/seccomp.ts";
import { ACTIONS, OPERATORS } from "../seccomp/encode-profile.ts";
import type { Features } from "../spec/types.ts";
import { SPEC_VERSION } from "../state/output.ts";
import { CAPABILITIES } from "../tables/capabilities.ts";
import { MOUNT_OPTIONS } from "../tables/mount-options.ts";
import { NAMESPACES } from "../tables/namespaces.ts";

const HOOKS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

/** What runt carries out, whatever the machine that it runs on. SPEC(features): not probed from the host. */
export function features(): Features {
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: SPEC_VERSION,
    hooks: HOOKS,
    mountOptions: mountOptions(),
    linux: {
      namespaces: Object.keys(NAMESPACES).sort(),
      capabilities: Object.keys(CAPABILITIES),
      cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: true },
      seccomp: seccompFeatures(),
      apparmor: { enabled: false },
      selinux: { enabled: false },
      intelRdt: { enabled: false },
      mountExtensions: { idmap: { enabled: false } },
      netDevices: { enabled: false },
    },
    potentiallyUnsafeConfigAnnotations: [],
  };
}

/** The words that runt acts on; it knows those of idmapped mounts only to refuse them. */
function mountOptions(): string[] {
  return Object.entries(MOUNT_OPTIONS)
    .filter(([, option]) => option.kind !== "idmap")
    .map(([name]) => name)
    .sort();
}

/** By the names of libseccomp 2.5, the oldest that runt is built with. */
const ARCHITECTURES =
  "X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X PARISC PARISC64 RISCV64".split(
    " ",
  );

function seccompFeatures() {
  const supported = Object.keys(SECCOMP_FLAGS);
  return {
    enabled: true,
    actions: Object.keys(ACTIONS).sort(),
    operators: Object.keys(OPERATORS).sort(),
    archs: ARCHITECTURES.map((name) => `SCMP_ARCH_${name}`).sort(),
    knownFlags: [...supported, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"].sort(),
    supportedFlags: supported.sort(),
  };
}
