/** Check of kernel parameters: only those of a namespace that is the container's own. SPEC(config-linux#sysctl) */
import { error, type Finding, shown } from "../finding.ts";
import { pointerOf } from "../pointer.ts";
import type { Spec } from "../types.ts";
import { hasNamespace } from "./namespaces.ts";

/** ipc_namespaces(7) */
const IPC: readonly string[] = [
  "kernel/msgmax",
  "kernel/msgmnb",
  "kernel/msgmni",
  "kernel/sem",
  "kernel/shmall",
  "kernel/shmmax",
  "kernel/shmmni",
  "kernel/shm_rmid_forced",
];

/** The path below /proc/sys, by the rule of sysctl(8): the first mark, "." or "/", tells which of them separates. */
function namesOf(key: string): string[] {
  const first = /[./]/.exec(key)?.[0];
  if (first === "/") return key.split("/");
  return key.split(".").map((name) => name.replace(/\//g, "."));
}

export function sysctlsAreNamespaced(spec: Spec): Finding[] {
  return Object.keys(spec.linux?.sysctl ?? {}).flatMap((key) => {
    // textsHaveNoNulBytes tells about such a key.
    if (key.includes("\0")) return [];
    const pointer = pointerOf(["linux", "sysctl", key]);
    const names = namesOf(key);
    // SAFETY: such a name could lead out of the part of /proc/sys that the checks below know.
    if (names.some((name) => name === "" || name === "." || name === "..")) {
      return [
        error(pointer, `sysctl ${shown(key)} is no kernel parameter`, "write it as in net.ipv4.ip_forward"),
      ];
    }
    return namespaceFinding(spec, key, names.join("/"), pointer);
  });
}

function namespaceFinding(spec: Spec, key: string, path: string, pointer: string): Finding[] {
  const name = shown(key);
  const separate = (type: "ipc" | "user" | "uts"): Finding[] => {
    if (hasNamespace(spec, type)) return [];
    const hint = `add {"type": "${type}"} to linux.namespaces, or remove it`;
    return [error(pointer, `sysctl ${name} is not in a separate kernel namespace`, hint)];
  };
  if (path.startsWith("net/")) {
    if (hasNamespace(spec, "network")) return [];
    const hint = 'add {"type": "network"} to linux.namespaces, or remove it';
    return [error(pointer, `sysctl ${name} not allowed in host network namespace`, hint)];
  }
  if (IPC.includes(path) || path.startsWith("fs/mqueue/")) return separate("ipc");
  if (path.startsWith("user/")) return separate("user");
  if (path === "kernel/domainname") return separate("uts");
  if (path === "kernel/hostname") {
    const reason = `sysctl ${name} is not allowed as it conflicts with the OCI "hostname" field`;
    return [error(pointer, reason, "set hostname instead")];
  }
  const reason = `sysctl ${name} is not in a separate kernel namespace: it would change the whole machine`;
  return [error(pointer, reason, "set it on the host, and remove it here")];
}
