import { RuntError } from "../error/runt-error.ts";
import { RESOLVE } from "./build.ts";
import type { Call, Field, Operand, Pointer, Slot, Spawn, SysCall } from "./call.ts";
import type { Plan, Step, SyncName } from "./step.ts";

/** Calls that may take a path of the container only by openat2; the rest name entries below an open directory. */
const PATH_CALLS: ReadonlySet<string> = new Set([
  "mkdirat",
  "mknodat",
  "symlinkat",
  "unlinkat",
  "fchownat",
  "fchmodat",
  "renameat2",
  "utimensat",
]);
const AT_FDCWD = -100;

function broken(step: Step, what: string): RuntError {
  return new RuntError({
    code: "PLAN_BROKEN",
    message: `the plan breaks a rule in step "${step.title}": ${what}`,
    pointer: step.from.startsWith("/") ? step.from : undefined,
  });
}

/** Every pointer inside an operand, itself included. */
function pointersOf(operand: Operand): Pointer[] {
  if (typeof operand !== "object" || "slot" in operand) return [];
  if (!("block" in operand)) return [operand];
  return [operand, ...operand.block.flatMap((field) => ("ptr" in field ? pointersOf(field.ptr) : []))];
}

/** Slots that an operand reads. */
function slotsRead(operand: Operand): Slot[] {
  if (typeof operand !== "object") return [];
  if ("slot" in operand) return [operand.slot];
  return pointersOf(operand).flatMap((pointer) => {
    if ("block" in pointer)
      return pointer.block.flatMap((field: Field) => ("slot" in field ? [field.slot] : []));
    const parts = "text" in pointer ? pointer.text : "vec" in pointer ? pointer.vec : [];
    return parts.flatMap((part) => (typeof part === "string" ? [] : [part.slot]));
  });
}

function operandsOf(call: Call): readonly Operand[] {
  if (call.op === "sys") return call.args;
  if (call.op === "set") return [call.value];
  if (call.op === "assert" || call.op === "branch") return [{ slot: call.slot }];
  if (call.op === "watch") return [{ slot: call.fd }];
  return call.op === "spawn" && call.cgroup !== undefined ? [{ slot: call.cgroup }] : [];
}

function slotsWritten(call: Call): Slot[] {
  if (call.op === "set") return [call.slot];
  if (call.op === "spawn") return call.pidfd === undefined ? [call.into] : [call.into, call.pidfd];
  if (call.op !== "sys") return [];
  const loaded = call.load?.map((one) => one.into) ?? [];
  return call.into === undefined ? loaded : [call.into, ...loaded];
}

/** Rules for one list: slots are written before they are read, labels exist, texts with slots only in the host list. */
function checkList(steps: readonly Step[], known: Set<Slot>, side: "host" | "init"): void {
  for (const step of steps) {
    if (step.from === "" || step.title === "") throw broken(step, "it names no field or has no title");
    checkCalls(step, step.calls, known, side, new Set());
  }
}

function labelsOf(calls: readonly Call[]): Set<string> {
  return new Set(
    calls.flatMap((call) =>
      call.op === "label" ? [call.name] : call.op === "spawn" ? [...labelsOf(call.child)] : [],
    ),
  );
}

function jumpsOf(call: Call): string[] {
  if (call.op === "goto" || call.op === "branch") return [call.to];
  if (call.op !== "sys") return [];
  return call.tolerate?.flatMap((rule) => (rule.to === undefined ? [] : [rule.to])) ?? [];
}

function checkCalls(
  step: Step,
  calls: readonly Call[],
  known: Set<Slot>,
  side: "host" | "init",
  outer: ReadonlySet<string>,
): void {
  const labels = new Set([...outer, ...labelsOf(calls)]);
  for (const call of calls) {
    for (const slot of operandsOf(call).flatMap(slotsRead)) {
      if (!known.has(slot)) throw broken(step, `slot ${slot} is read before it is written`);
    }
    for (const target of jumpsOf(call)) {
      if (!labels.has(target)) throw broken(step, `there is no label ${target}`);
    }
    if (call.op === "sys") checkSysCall(step, call, side);
    if (call.op === "watch" && side === "init") throw broken(step, "init cannot watch signals");
    for (const slot of slotsWritten(call)) known.add(slot);
    if (call.op === "spawn") checkSpawn(step, call, known, side, labels);
  }
}

function checkSpawn(
  step: Step,
  call: Spawn,
  known: Set<Slot>,
  side: "host" | "init",
  labels: ReadonlySet<string>,
): void {
  const last = call.child[call.child.length - 1];
  const ends =
    last?.op === "fail" || (last?.op === "sys" && /^(execve|execveat|exit_group)$/.test(last.name));
  if (!ends) throw broken(step, "a spawned child does not end in execve, exit_group or fail");
  checkCalls(step, call.child, new Set(known), side, labels);
}

/** A path of the container is (directory fd, relative path); only openat2 with RESOLVE flags walks it. */
function checkSysCall(step: Step, call: SysCall, side: "host" | "init"): void {
  const pointers = call.args.flatMap(pointersOf);
  if (side === "init" && pointers.some((pointer) => "text" in pointer)) {
    throw broken(step, "init cannot print slots into text");
  }
  const [dir, path, how] = call.args;
  if (call.name === "openat2" && dir !== AT_FDCWD && typeof how === "object" && "block" in how) {
    const resolve = how.block[2];
    const flags = resolve !== undefined && "u64" in resolve ? Number(resolve.u64) : 0;
    if ((flags & (RESOLVE.IN_ROOT | RESOLVE.BENEATH)) === 0 && side === "init") {
      throw broken(step, "openat2 below a directory must have RESOLVE_IN_ROOT or RESOLVE_BENEATH");
    }
  }
  if (side === "init" && PATH_CALLS.has(call.name)) {
    const name = typeof path === "object" && "str" in path ? path.str : undefined;
    const entry = call.name === "symlinkat" ? call.args[2] : path;
    const text = typeof entry === "object" && "str" in entry ? entry.str : name;
    if (text?.includes("/") === true)
      throw broken(step, `${call.name} takes a path of several parts: ${text}`);
  }
}

/** Meeting points: the same names in the same order on both sides; the host awaits before it releases. */
function checkSyncs(plan: Plan): void {
  const inner = plan.init.flatMap((step) => (step.sync === undefined ? [] : [step.sync]));
  const outer = plan.host.flatMap((step) => (step.sync === undefined ? [] : [step.sync]));
  const expected = inner.flatMap(({ name, side }) =>
    side === "meet" ? [`await ${name}`, `release ${name}`] : [`release ${name}`],
  );
  const found = outer
    .filter(({ name }) => name !== ("mapped" satisfies SyncName))
    .map(({ name, side }) => `${side} ${name}`);
  if (expected.join() === found.join()) return;
  throw new RuntError({
    code: "PLAN_BROKEN",
    message: `the plan's meeting points differ: init needs ${expected.join(", ")}; the host has ${found.join(", ")}`,
  });
}

/**
 * Verifies the rules of a plan (docs of src/plan/step.ts). `given` are the slots that the executor provides.
 * Throws PLAN_BROKEN: a bug in runt, never the user's.
 */
export function checkPlan(plan: Plan, given: readonly Slot[]): void {
  const host = new Set<Slot>(given);
  checkList(plan.host, host, "host");
  for (const name of plan.imports) {
    if (!host.has(name)) {
      throw new RuntError({
        code: "PLAN_BROKEN",
        message: `init inherits ${name}, which the host never opens`,
      });
    }
  }
  checkList(plan.init, new Set(plan.imports), "init");
  checkSyncs(plan);
}
