/** Checks of the seccomp filter. SPEC(config-linux#seccomp) */
import { error, type Finding } from "../finding.ts";
import type { Spec } from "../types.ts";

const AT = "/linux/seccomp";
/** The actions that carry a number: the errno, or the value for the tracer. */
const WITH_NUMBER: readonly string[] = ["SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"];

export function errnosHaveActions(spec: Spec): Finding[] {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return [];
  const finding = (pointer: string, action: string, value: number | undefined): Finding[] => {
    if (value === undefined || WITH_NUMBER.includes(action)) return [];
    const hint = `remove it, or use one of ${WITH_NUMBER.join(", ")}`;
    return [error(pointer, `the action ${action} takes no errno`, hint)];
  };
  return [
    ...finding(`${AT}/defaultErrnoRet`, seccomp.defaultAction, seccomp.defaultErrnoRet),
    ...(seccomp.syscalls ?? []).flatMap(({ action, errnoRet }, i) =>
      finding(`${AT}/syscalls/${i}/errnoRet`, action, errnoRet),
    ),
  ];
}

/** A system call has six arguments. */
export function seccompArgumentsExist(spec: Spec): Finding[] {
  return (spec.linux?.seccomp?.syscalls ?? []).flatMap(({ args = [] }, i) =>
    args.flatMap(({ index }, j) => {
      if (index <= 5) return [];
      return [error(`${AT}/syscalls/${i}/args/${j}/index`, `${index} is out of range`, "use 0 to 5")];
    }),
  );
}

export function listenerMetadataHasListener(spec: Spec): Finding[] {
  const { listenerMetadata = "", listenerPath = "" } = spec.linux?.seccomp ?? {};
  if (listenerMetadata === "" || listenerPath !== "") return [];
  return [
    error(`${AT}/listenerMetadata`, "it is set without listenerPath", "add listenerPath, or remove it"),
  ];
}

/** Nobody would answer the notifications. */
export function notifyHasListener(spec: Spec): Finding[] {
  const { syscalls = [], listenerPath = "" } = spec.linux?.seccomp ?? {};
  if (listenerPath !== "" || !syscalls.some(({ action }) => action === "SCMP_ACT_NOTIFY")) return [];
  const reason = "seccomp listenerPath is not set, but SCMP_ACT_NOTIFY is used";
  return [error(`${AT}/listenerPath`, reason, "name the socket of the agent, or use another action")];
}

/** The runtime itself still writes, and would wait for an agent that does not know the filter yet. */
export function notifyDoesNotHang(spec: Spec): Finding[] {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return [];
  const rules = (seccomp.syscalls ?? []).flatMap(({ action, names }, i) => {
    if (action !== "SCMP_ACT_NOTIFY" || !names.includes("write")) return [];
    const reason = "SCMP_ACT_NOTIFY cannot be used for the write syscall";
    return [error(`${AT}/syscalls/${i}/names`, reason, "remove write from the names")];
  });
  if (seccomp.defaultAction !== "SCMP_ACT_NOTIFY") return rules;
  const reason = "SCMP_ACT_NOTIFY cannot be used as default action";
  return [error(`${AT}/defaultAction`, reason, "name the system calls in a rule"), ...rules];
}
