/** What the contract says of hosts that run on a real kernel: where programs lie in memory, and signals. */
import type { Host } from "../../src/host/port.ts";
import { HEADER, HEADER_SIZE, NEXT } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import { assemble, type RawOp } from "./assembler.ts";
import { type Check, type Clause, equal } from "./clause.ts";

const EINTR = 4;
const SIGALRM = 14;
const O_CLOEXEC = 0o2000000;

/** Runs getpid in a program that lies at `offset` of a larger memory; gives the memory. */
function runAt(host: Host, offset: number): Uint8Array {
  const getpid = { code: "SYS", nr: syscallNumber("getpid", host.arch), dst: 0 } as const;
  const { bytes } = assemble({ slots: [-1], ops: [getpid, { code: "END" }] });
  const memory = new Uint8Array(offset + bytes.length + 9).fill(0xaa);
  memory.set(bytes, offset);
  host.run(memory.subarray(offset, offset + bytes.length));
  return memory;
}

function checkPlaces(host: Host): Check[] {
  const pidAt = (offset: number, memory: Uint8Array) =>
    new DataView(memory.buffer).getBigInt64(offset + HEADER_SIZE, true);
  const pid = pidAt(0, runAt(host, 0));
  const checks = [equal("there is a pid", Number(pid > 0n), 1)];
  for (const offset of [1, 4, 7, 8, 4093]) {
    const memory = runAt(host, offset);
    const untouched = new Array<number>(9).fill(0xaa);
    checks.push(
      equal(`offset ${offset}`, pidAt(offset, memory), pid),
      equal(
        `before ${offset}`,
        [...memory.subarray(Math.max(offset - 9, 0), offset)],
        untouched.slice(0, offset),
      ),
      equal(`behind ${offset}`, [...memory.subarray(-9)], untouched),
    );
  }
  return checks;
}

/** Arms a 20 ms timer whose signal is watched, then polls nothing for 60 ms; ppoll must give `wanted`. */
function interruptedPoll(host: Host, rules: NonNullable<RawOp["rules"]>, wanted: bigint): Check[] {
  const data = new Uint8Array(64);
  const view = new DataView(data.buffer);
  view.setBigInt64(24, 20_000n, true);
  view.setBigInt64(40, 60_000_000n, true);
  const { bytes, view: after } = assemble({
    slots: [-1, -1],
    data,
    ops: [
      { code: "SYS", nr: syscallNumber("pipe2", host.arch), args: [{ data: 48 }, O_CLOEXEC] },
      { code: "LOAD", nr: 4, dst: 0, args: [52] },
      { code: "WATCH", args: [{ slot: 0 }, 1 << (SIGALRM - 1)] },
      { code: "SYS", nr: host.arch === "x86_64" ? 38 : 103, args: [0, { data: 0 }, 0] },
      { code: "SYS", nr: syscallNumber("ppoll", host.arch), dst: 1, args: [0, 0, { data: 32 }, 0, 8], rules },
      { code: "END" },
    ],
  });
  host.run(bytes);
  return [
    equal("errno", after.getInt32(HEADER.FAIL_ERRNO, true), 0),
    equal("ppoll", after.getBigInt64(HEADER_SIZE + 8, true), wanted),
  ];
}

export const machineCases: readonly Clause[] = [
  { name: "a program runs in place, wherever it lies in a larger memory", check: checkPlaces },
  { name: "an interrupted call is made again", check: (host) => interruptedPoll(host, [], 0n) },
  {
    name: "an interrupted call with a rule for EINTR is not made again",
    check: (host) => interruptedPoll(host, [[EINTR, NEXT]], BigInt(-EINTR)),
  },
  {
    name: "runt-init is at hand",
    check: (host) => [equal("the magic of ELF", [...host.init.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46])],
  },
];
