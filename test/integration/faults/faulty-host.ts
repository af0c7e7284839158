/** A host that lets one call of its programs fail, or ends this process there. */
import type { Host } from "../../../src/host/port.ts";
import { HEADER, HEADER_SIZE, NO_SLOT, OP, OP_CODE, OP_SIZE } from "../../../src/plan/format.ts";

/** EREMOTEIO: no call of runt ever gives it, and no rule tolerates it. */
export const INJECTED = "EREMOTEIO";
const INJECTED_NUMBER = 121;

/** What a host has carried out. A point is a system call or a spawn of a program, counted over all programs from 1. */
export interface Points {
  points: number;
  /** The points that are the first of their program. */
  firsts: number[];
  /** True once a run came to the broken point. Nobody sees whether a child does; one of its points counts as such. */
  hit: boolean;
  /** True when the broken point is a child's. */
  child: boolean;
}

export interface FaultyHost extends Host {
  readonly seen: Points;
}

/**
 * The points to break when all would take too long: the first of every program, since all before it is done then, what
 * the runtime does between programs as well; and every seventh, of which another `phase` takes others.
 */
export function sampled({ points, firsts }: Points, phase: number): number[] {
  const all = Array.from({ length: points }, (_, i) => i + 1);
  return all.filter((point) => point % 7 === phase % 7 || firsts.includes(point));
}

/** A program's ops: where they lie, which are points, and where those of children begin. */
function opsOf(program: Uint8Array) {
  const view = new DataView(program.buffer, program.byteOffset, program.length);
  const count = view.getUint32(HEADER.OPS, true);
  const offset = HEADER_SIZE + 8 * view.getUint32(HEADER.SLOTS, true);
  const calls: number[] = [];
  let [end, spawns] = [count, false];
  for (let op = 0; op < count; op++) {
    const code = program[offset + OP_SIZE * op + OP.CODE];
    if (code === OP_CODE.SYS || code === OP_CODE.SPAWN) calls.push(op);
    if (code === OP_CODE.SPAWN) spawns = true;
    if (code === OP_CODE.END && op < end) end = op;
  }
  return { view, offset, calls, end, spawns };
}

/** Puts a failure in the place of an op; gives what stood there. */
function breakOp(program: Uint8Array, view: DataView, at: number): Uint8Array {
  const kept = program.slice(at, at + OP_SIZE);
  program.fill(0, at, at + OP_SIZE);
  view.setUint8(at + OP.CODE, OP_CODE.FAIL);
  view.setUint8(at + OP.NARGS, 1);
  view.setUint16(at + OP.DST, NO_SLOT, true);
  view.setUint32(at + OP.ARGS, INJECTED_NUMBER, true);
  return kept;
}

/**
 * Wraps `host`: at point `at` a program fails with INJECTED, or `how` kills this process when all before that point is
 * done and nothing of it. 0 = none.
 */
export function faultyHost(host: Host, at: number, how: "fail" | (() => void)): FaultyHost {
  const seen: Points = { points: 0, firsts: [], hit: false, child: false };
  return {
    ...host,
    seen,
    run(program) {
      const { view, offset, calls, end, spawns } = opsOf(program);
      const op = calls[at - seen.points - 1];
      if (calls.length > 0) seen.firsts.push(seen.points + 1);
      seen.points += calls.length;
      if (op === undefined) {
        host.run(program);
        return;
      }
      const broken = offset + OP_SIZE * op;
      const kept = breakOp(program, view, broken);
      host.run(program);
      seen.child = op > end;
      seen.hit = seen.child || view.getInt32(HEADER.FAIL_PC, true) === op;
      // Its memory may be used again, unless a child still works in it.
      if (!spawns) program.set(kept, broken);
      if (seen.hit && how !== "fail") how();
    },
  };
}
