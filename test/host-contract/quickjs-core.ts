/** The contract as a core for the static binary: prints one line of JSON for each clause. See quickjs.test.ts. */
import type { Host } from "../../src/host/port.ts";
import { createQuickjsHost, type Native } from "../../src/host-quickjs/host.ts";
import { HEADER_SIZE } from "../../src/plan/format.ts";
import { encodeProfile } from "../../src/seccomp/encode-profile.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp } from "./assembler.ts";
import type { Check, Clause } from "./clause.ts";
import { contract } from "./contract.ts";
import { machineCases } from "./machine-cases.ts";
import { PROFILE } from "./profile.ts";

/** What became of one clause. */
export interface ClauseResult {
  name: string;
  checks: Check[];
}

/** What the embedded host says of its process. */
export interface Surroundings {
  argv0: string;
  argv: readonly string[];
  env: readonly string[];
  pid: number;
  /** The bytes of PROFILE's filter. */
  filter: number[];
  init: number;
}

/** Runs `op` alone; gives its result. */
function call(host: Host, op: RawOp, data: Uint8Array): bigint {
  const { bytes, view } = assemble({ slots: [-1], data, ops: [{ ...op, dst: 0 }, { code: "END" }] });
  host.run(bytes);
  return view.getBigInt64(HEADER_SIZE, true);
}

/** Writes `value` as one line to standard output. */
function print(host: Host, value: ClauseResult | Surroundings): void {
  const text = `${JSON.stringify(value)}\n`;
  const room = new Uint8Array(3 * text.length);
  const line = room.subarray(0, host.putText(text, room, 0));
  const nr = syscallNumber("write", host.arch);
  for (let from = 0; from < line.length; ) {
    const rest = line.subarray(from);
    from += Number(call(host, { code: "SYS", nr, args: [1, { data: 0 }, rest.length] }, rest));
  }
}

/** A clause that throws has failed. */
function check(host: Host, clause: Clause): Check[] {
  try {
    return clause.check(host);
  } catch (error) {
    return [{ name: "the clause can be checked", ok: false, found: String(error), wanted: "" }];
  }
}

export { adopt, precompile } from "../../src/main-quickjs.ts";

/** Called by native/quickjs/engine.c. */
export function start(native: Native): never {
  const host = createQuickjsHost(native);
  const getpid: RawOp = { code: "SYS", nr: syscallNumber("getpid", host.arch) };
  const { argv0, argv, env } = host;
  const pid = Number(call(host, getpid, new Uint8Array(0)));
  const filter = [...host.compileSeccomp(encodeProfile(PROFILE))];
  print(host, { argv0, argv, env, pid, filter, init: host.init.length });
  for (const clause of [...contract, ...machineCases]) {
    print(host, { name: clause.name, checks: check(host, clause) });
  }
  return host.exit(7);
}
