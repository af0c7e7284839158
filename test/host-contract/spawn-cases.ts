/** Programs with children, with the memory shared and copied. */
import { NEXT, RECORD_MAGIC } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import type { RawOp, RawProgram } from "./assembler.ts";
import type { Case } from "./contract.ts";

const P_PID = 1;
const WEXITED = 4;
const ECHILD = 10;
const EACCES = 13;
const EBADF = 9;
const EINVAL = 22;
const O_CLOEXEC = 0o2000000;
const CLONE_VM = 0x100n;
const CLONE_CLEAR_SIGHAND = 0x100000000n;
const SIGCHLD = 17;
const CLD_EXITED = 1;

/** Offsets in the data of every program below. */
const AT = { args: 0, info: 88, pipe: 216, record: 224, size: 256 };

/** Slots of every program below. */
const SLOT = { pid: 0, code: 1, status: 2, read: 3, write: 4, shared: 5, got: 6, first: 7 };

type Arch = Parameters<typeof syscallNumber>[1];

/** Spawns at op 0, reaps, and looks at the status; the ops of the child come after the parent's `rest`. */
function family(arch: Arch, flags: bigint, before: RawOp[], rest: RawOp[], child: RawOp[]): RawProgram {
  const data = new Uint8Array(AT.size);
  const view = new DataView(data.buffer);
  view.setBigUint64(AT.args, flags, true);
  view.setBigUint64(AT.args + 32, BigInt(SIGCHLD), true);
  const parent: RawOp[] = [
    ...before,
    { code: "SPAWN", dst: SLOT.pid, nr: 0, args: [{ data: AT.args }] },
    {
      code: "SYS",
      nr: syscallNumber("waitid", arch),
      args: [P_PID, { slot: SLOT.pid }, { data: AT.info }, WEXITED, 0],
    },
    { code: "LOAD", nr: 4, dst: SLOT.code, args: [AT.info + 8] },
    { code: "LOAD", nr: 4, dst: SLOT.status, args: [AT.info + 24] },
    ...rest,
    { code: "END" },
  ];
  const spawn = parent[before.length] as RawOp;
  spawn.nr = parent.length;
  return {
    slots: [-1, -1, -1, -1, -1, 7, -1, -1],
    data,
    ops: [...parent, ...child],
    report: SLOT.write,
    id: 99,
  };
}

function pipe(arch: Arch): RawOp[] {
  return [
    { code: "SYS", nr: syscallNumber("pipe2", arch), args: [{ data: AT.pipe }, O_CLOEXEC] },
    { code: "LOAD", nr: 4, dst: SLOT.read, args: [AT.pipe] },
    { code: "LOAD", nr: 4, dst: SLOT.write, args: [AT.pipe + 4] },
  ];
}

function readRecord(arch: Arch): RawOp[] {
  return [
    {
      code: "SYS",
      nr: syscallNumber("read", arch),
      dst: SLOT.got,
      args: [{ slot: SLOT.read }, { data: AT.record }, 32],
    },
    { code: "LOAD", nr: 4, dst: SLOT.first, args: [AT.record] },
  ];
}

/** The bytes of a record behind its magic. */
function recordTail(pc: number, errno: number, value: bigint): number[] {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint32(0, 99, true);
  view.setInt32(4, pc, true);
  view.setInt32(8, errno, true);
  view.setBigInt64(12, value, true);
  return [...new Uint8Array(view.buffer)];
}

function both(name: string, flags: bigint, kept: number): Case[] {
  return [
    {
      name: `a child that exits, ${name}`,
      program: (arch) =>
        family(
          arch,
          flags,
          [],
          [],
          [
            { code: "SET", dst: SLOT.shared, args: [42] },
            { code: "SYS", nr: syscallNumber("exit_group", arch), args: [17] },
            { code: "FAIL", args: [EINVAL] },
          ],
        ),
      expected: {
        slots: { [SLOT.pid]: "positive", [SLOT.code]: CLD_EXITED, [SLOT.status]: 17, [SLOT.shared]: kept },
      },
    },
    {
      name: `the end of a child is exit 0, ${name}`,
      program: (arch) => family(arch, flags, [], [], [{ code: "END" }]),
      expected: { slots: { [SLOT.code]: CLD_EXITED, [SLOT.status]: 0 } },
    },
    {
      name: `a child's failure is a record, ${name}`,
      program: (arch) =>
        family(arch, flags, pipe(arch), readRecord(arch), [
          { code: "SYS", nr: syscallNumber("close", arch), args: [-1], rules: [[EBADF, NEXT]] },
          { code: "SYS", nr: syscallNumber("close", arch), args: [-1] },
          { code: "FAIL", args: [EINVAL] },
        ]),
      expected: {
        slots: { [SLOT.status]: 255, [SLOT.got]: 24, [SLOT.first]: RECORD_MAGIC },
        data: { [AT.record + 4]: recordTail(11, EBADF, BigInt(-EBADF)) },
      },
    },
    {
      name: `a child's assertion tells the value, ${name}`,
      program: (arch) =>
        family(arch, flags, pipe(arch), readRecord(arch), [
          { code: "ASSERT", args: [{ slot: SLOT.shared }, -1, EACCES], expect: 8 },
          { code: "FAIL", args: [EINVAL] },
        ]),
      expected: {
        slots: { [SLOT.status]: 255, [SLOT.got]: 24 },
        data: { [AT.record + 4]: recordTail(10, EACCES, 7n) },
      },
    },
    {
      name: `a child cannot watch signals, ${name}`,
      program: (arch) =>
        family(arch, flags, pipe(arch), readRecord(arch), [
          { code: "WATCH", args: [{ slot: SLOT.write }, 1] },
          { code: "END" },
        ]),
      expected: {
        slots: { [SLOT.status]: 255 },
        data: { [AT.record + 4]: recordTail(10, EINVAL, BigInt(-EINVAL)) },
      },
    },
  ];
}

export const spawnCases: readonly Case[] = [
  ...both("memory shared", CLONE_VM | CLONE_CLEAR_SIGHAND, 42),
  ...both("memory copied", 0n, 7),
  {
    name: "without a child there is nothing to wait for",
    program: (arch) => ({
      data: 128,
      ops: [
        { code: "SYS", nr: syscallNumber("waitid", arch), args: [P_PID, 1, { data: 0 }, WEXITED, 0] },
        { code: "END" },
      ],
    }),
    expected: { fail: { pc: 0, errno: ECHILD, value: -ECHILD } },
  },
];
