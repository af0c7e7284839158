import type { HostFacts } from "../host/facts.ts";
import type { Spec } from "../spec/types.ts";

/** Everything that a plan is made from. Compiling the same input twice gives the same plan. */
export interface CompileInput {
  spec: Spec;
  facts: HostFacts;
  id: string;
  /** Absolute path of the bundle. */
  bundle: string;
  /** Absolute path of the root filesystem. */
  rootfs: string;
  /** Absolute path of the container's state directory. */
  stateDir: string;
  /** The user's home directory, from the container's /etc/passwd; undefined when the environment names one. */
  home: string | undefined;
  /** The compiled filter of linux.seccomp; undefined when the config has none. */
  seccompFilter: Uint8Array | undefined;
  options: CompileOptions;
}

/** What the command line adds to the spec. */
export interface CompileOptions {
  /** Absolute path of the socket that receives the terminal; undefined = none was given. */
  consoleSocket?: string | undefined;
  /** MS_MOVE and chroot instead of pivot_root. */
  noPivot: boolean;
  /** Keep the caller's session keyring. */
  noNewKeyring: boolean;
  /** How many fds from 3 on the container keeps. */
  preserveFds: number;
  /** For `run` in the foreground: runt itself receives the terminal, or carries stdin, stdout and stderr. */
  foreground: boolean;
  systemdCgroup: boolean;
}

/** Whether the container gets a new user namespace, joins one, or stays in the runtime's. */
export function userNamespaceOf(spec: Spec): "none" | "new" | "join" {
  const found = spec.linux?.namespaces?.find((namespace) => namespace.type === "user");
  if (found === undefined) return "none";
  return found.path === undefined || found.path === "" ? "new" : "join";
}

/** True when init itself runs hooks. */
export function hasContainerHooks(spec: Spec): boolean {
  return (spec.hooks?.createContainer?.length ?? 0) + (spec.hooks?.startContainer?.length ?? 0) > 0;
}

/** True when the config lists a namespace of this type, new or to be joined. */
export function hasNamespace(spec: Spec, type: string): boolean {
  return spec.linux?.namespaces?.some((namespace) => namespace.type === type) ?? false;
}
