/** What the tests of the container's filesystem share: inputs, and steps carried out on paper. */
import type { CompileInput, CompileOptions } from "../../src/compile/input.ts";
import type { HostFacts } from "../../src/host/facts.ts";
import { O } from "../../src/plan/build.ts";
import type { Call, Operand, SysCall } from "../../src/plan/call.ts";
import type { Linux, Mount, Spec } from "../../src/spec/types.ts";
import { inputOf } from "./process/input.ts";
import { type Answer, type Walk, walk } from "./process/walk.ts";

export interface Given {
  mounts?: Mount[];
  linux?: Linux;
  root?: Spec["root"];
  hostname?: string;
  domainname?: string;
  options?: Partial<CompileOptions>;
  facts?: Partial<HostFacts>;
}

export function filesystemInput(given: Given): CompileInput {
  const { options = {}, facts = {}, ...spec } = given;
  const input = inputOf({ options, facts });
  return { ...input, spec: { ...input.spec, ...spec } };
}

/** Slots that are known before the phases of the filesystem. */
export const KNOWN = [
  ["rootfs.fd", 9],
  ["rootfs.tree", 9],
  ["proc.fd", 8],
] as const;

/** A walk, and how many descriptors it left open. */
export interface Followed extends Walk {
  open: number;
}

const OPENS: ReadonlySet<string> = new Set(["openat2", "open_tree", "fsopen", "fsmount"]);

/** Follows steps one after the other; every call succeeds unless `answer` says something else. */
export function follow(
  steps: readonly { calls: readonly Call[] }[],
  answer: (call: SysCall) => Answer | undefined = () => undefined,
): Followed {
  const all: Followed = { made: [], failed: undefined, slots: new Map(KNOWN), open: 0 };
  const counted = (call: SysCall): Answer => {
    const given = answer(call) ?? 5;
    if (typeof given === "string") return given;
    if (OPENS.has(call.name)) all.open++;
    if (call.name === "close") all.open--;
    return given;
  };
  for (const { calls } of steps) {
    const { made, failed, slots } = walk(calls, counted, all.slots as Map<string, number>);
    all.made.push(...made);
    all.failed = failed;
    all.slots = slots;
    if (failed !== undefined) break;
  }
  return all;
}

/** A call as text, short enough to compare: "openat2 rootfs.fd dev/pts". */
export function line(call: SysCall): string {
  const words = call.args.flatMap((operand: Operand) => {
    if (typeof operand !== "object") return [];
    if ("slot" in operand) return [operand.slot];
    return "str" in operand && operand.str !== "" ? [operand.str] : [];
  });
  return [call.name, ...words].join(" ");
}

/** The numbers in a block operand. */
export function numbersOf(operand: Operand | undefined): number[] {
  if (typeof operand !== "object" || !("block" in operand)) throw new Error("not a block");
  return operand.block.map((field) => ("u64" in field ? Number(field.u64) : -1));
}

/** Answers as an image that lacks these paths, until they are made. */
export function lacking(...paths: string[]): (call: SysCall) => Answer | undefined {
  const missing = new Set(paths);
  const make = (name: string): void => {
    for (const path of missing) if (path === name || path.endsWith(`/${name}`)) missing.delete(path);
  };
  return (call) => {
    const path = call.args[1];
    const text = typeof path === "object" && "str" in path ? path.str : "";
    if (call.name === "mkdirat") make(text);
    if (call.name !== "openat2") return undefined;
    if ((numbersOf(call.args[2])[0] ?? 0) & O.CREAT) make(text);
    return missing.has(text) ? "ENOENT" : undefined;
  };
}
