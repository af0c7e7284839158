/** Writes the programs of the host contract as files, for the C harness and the fuzzer. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OP_CODE } from "../../src/plan/format.ts";
import { assemble, type RawProgram } from "../host-contract/assembler.ts";
import { cases } from "../host-contract/cases.ts";
import { malformed } from "../host-contract/malformed.ts";
import { spawnCases } from "../host-contract/spawn-cases.ts";

export interface Seed {
  path: string;
  /** Verdicts of the check: for the library, for runt-init. */
  verdicts: [number, number];
}

const REJECT_CODE = -13;
/** Larger programs say nothing more. */
const MAX_SEED = 65536;

function usesWatch(program: RawProgram): boolean {
  return program.ops.some((op) => OP_CODE[op.code] === OP_CODE.WATCH);
}

/** Writes all seeds below `folder`, which is emptied first. */
export function writeSeeds(folder: string, arch: "x86_64" | "aarch64"): Seed[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const seeds: Seed[] = [];
  const add = (bytes: Uint8Array, verdicts: [number, number]) => {
    if (bytes.length > MAX_SEED) return;
    const path = join(folder, `${seeds.length}`);
    writeFileSync(path, bytes);
    seeds.push({ path, verdicts });
  };
  for (const { program } of [...cases, ...spawnCases]) {
    const raw = program(arch);
    add(assemble(raw).bytes, [0, usesWatch(raw) ? REJECT_CODE : 0]);
  }
  for (const { bytes, reason } of malformed) add(bytes(), [reason, reason]);
  return seeds;
}
