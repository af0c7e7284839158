/** Inputs for the phases of src/compile/process, and what they are all checked for. */
import type { CompileInput, CompileOptions } from "../../../src/compile/input.ts";
import type { HostFacts } from "../../../src/host/facts.ts";
import type { Call, Operand, SysCall } from "../../../src/plan/call.ts";
import { encodeProgram } from "../../../src/plan/encode-plan.ts";
import type { Encoded } from "../../../src/plan/encoded.ts";
import type { Step } from "../../../src/plan/step.ts";
import type { Process, Spec } from "../../../src/spec/types.ts";

export const facts: HostFacts = {
  arch: "x86_64",
  kernel: { release: "6.1.0", major: 6, minor: 1 },
  euid: 0,
  inUserNamespace: false,
  cgroup: { mode: "none", v1: [], v2: undefined },
  capabilities: Array.from({ length: 41 }, (_, bit) => bit),
  lastCapability: 40,
  lsm: { apparmor: false, selinux: false },
  nofile: { soft: 1024, hard: 4096 },
};

export interface Given {
  process?: Partial<Process> | undefined;
  linux?: Spec["linux"];
  hooks?: Spec["hooks"];
  options?: Partial<CompileOptions>;
  facts?: Partial<HostFacts>;
  home?: string | undefined;
}

/** The input of a compile with `given` over a small config. */
export function inputOf(given: Given = {}): CompileInput {
  const { process, linux, hooks } = given;
  const spec: Spec = {
    ociVersion: "1.2.0",
    ...("process" in given && process === undefined
      ? {}
      : { process: { cwd: "/", args: ["sh"], ...process } }),
    ...(linux === undefined ? {} : { linux }),
    ...(hooks === undefined ? {} : { hooks }),
  };
  return {
    spec,
    facts: { ...facts, ...given.facts },
    id: "box",
    bundle: "/bundle",
    rootfs: "/bundle/rootfs",
    stateDir: "/run/runt/box",
    home: given.home,
    seccompFilter: undefined,
    options: {
      noPivot: false,
      noNewKeyring: false,
      preserveFds: 0,
      foreground: false,
      systemdCgroup: false,
      ...given.options,
    },
  };
}

/** A config with a new user namespace. */
export const USER_NAMESPACE: Spec["linux"] = { namespaces: [{ type: "user" }] };

/** All calls of some steps, one after the other. */
export function callsOf(steps: readonly Step[]): Call[] {
  return steps.flatMap((step) => step.calls);
}

/** The system calls by this name. */
export function sysCalls(steps: readonly Step[], name: string): SysCall[] {
  return callsOf(steps).filter((call): call is SysCall => call.op === "sys" && call.name === name);
}

/** Encodes steps as a program; throws for labels, errnos or buffers that do not exist. */
export function encode(steps: readonly Step[], known: Iterable<readonly [string, number]> = []): Encoded {
  const options = { arch: "x86_64", id: 2, report: "sync.fd", shareMemory: false } as const;
  return encodeProgram(steps, { ...options, known: new Map(known) });
}

/** The bytes behind an operand that is constant memory, as fields of 32 bits. */
export function wordsOf(operand: Operand | undefined): number[] {
  if (typeof operand !== "object" || !("block" in operand)) throw new Error("not a block");
  return operand.block.flatMap((field) => ("u32" in field ? [field.u32] : []));
}

/** The text of a string operand. */
export function textOf(operand: Operand | undefined): string {
  if (typeof operand !== "object" || !("str" in operand)) throw new Error("not a string");
  return operand.str;
}
