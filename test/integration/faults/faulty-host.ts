/** A host that lets one of its runs fail, or ends this process there. */
import type { Host } from "../../../src/host/port.ts";
import { HEADER, HEADER_SIZE, OP, OP_CODE, OP_SIZE } from "../../../src/plan/format.ts";

/** EREMOTEIO: no call of runt ever gives it, and no rule tolerates it. */
export const INJECTED = "EREMOTEIO";
const INJECTED_NUMBER = 121;

export interface FaultyHost extends Host {
  /** How many programs have been run. */
  runs(): number;
}

/** Index of the first system call of a program, or of its first op. */
function firstCall(program: Uint8Array, view: DataView): number {
  const ops = view.getUint32(HEADER.OPS, true);
  const at = HEADER_SIZE + 8 * view.getUint32(HEADER.SLOTS, true);
  for (let i = 0; i < ops; i++) {
    const code = program[at + OP_SIZE * i + OP.CODE];
    if (code === OP_CODE.SYS || code === OP_CODE.SPAWN) return i;
  }
  return 0;
}

/** Wraps `host`: run number `at` (from 1) fails with INJECTED, or `how` kills this process. 0 = none. */
export function faultyHost(host: Host, at: number, how: "fail" | (() => void)): FaultyHost {
  let runs = 0;
  return {
    ...host,
    run(program) {
      runs++;
      if (runs !== at) {
        host.run(program);
        return;
      }
      if (how !== "fail") how();
      const view = new DataView(program.buffer, program.byteOffset, program.length);
      view.setInt32(HEADER.FAIL_PC, firstCall(program, view), true);
      view.setInt32(HEADER.FAIL_ERRNO, INJECTED_NUMBER, true);
    },
    runs: () => runs,
  };
}
