/** Programs without children: what every op does, when it goes well and when it fails. */
import { encodeUtf8 } from "../../src/bytes/utf8.ts";
import { NEXT, OP_FLAG } from "../../src/plan/format.ts";
import { syscallNumber } from "../../src/tables/syscalls.ts";
import type { Case } from "./contract.ts";

const ENOENT = 2;
const EIO = 5;
const EBADF = 9;
const EACCES = 13;
const EINVAL = 22;
const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;
const SIGUSR2 = 12;

const absent = encodeUtf8("/nonexistent/runt\0");
const numbers = Uint8Array.from([0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0, 0, 0, 0, 0, 0, 0]);

export const cases: readonly Case[] = [
  {
    name: "a system call's result goes to its slot",
    program: (arch) => ({
      slots: [-1, -1],
      ops: [{ code: "SYS", nr: syscallNumber("getpid", arch), dst: 1 }, { code: "END" }],
    }),
    expected: { slots: { 0: -1, 1: "positive" } },
  },
  {
    name: "a result without a slot goes nowhere",
    program: (arch) => ({
      slots: [-1],
      ops: [{ code: "SYS", nr: syscallNumber("getpid", arch) }, { code: "END" }],
    }),
    expected: { slots: { 0: -1 } },
  },
  {
    name: "loads of each width are zero extended",
    program: () => ({
      slots: [-1, -1, -1, -1],
      data: numbers,
      ops: [
        { code: "LOAD", nr: 1, dst: 0, args: [1] },
        { code: "LOAD", nr: 2, dst: 1, args: [1] },
        { code: "LOAD", nr: 4, dst: 2, args: [1] },
        { code: "LOAD", nr: 8, dst: 3, args: [1] },
        { code: "END" },
      ],
    }),
    expected: {
      slots: { 0: 0xf2, 1: 0xf3f2, 2: 0xf5f4f3f2, 3: BigInt.asIntN(64, 0xf9f8f7f6f5f4f3f2n) },
    },
  },
  {
    name: "stores of each width touch nothing else",
    program: () => ({
      slots: [0x0102030405060708n],
      data: 24,
      ops: [
        { code: "STORE", nr: 4, args: [1, { slot: 0 }] },
        { code: "STORE", nr: 8, args: [9, { slot: 0 }] },
        { code: "STORE", nr: 4, args: [20, -1] },
        { code: "END" },
      ],
    }),
    expected: {
      data: { 0: [0, 8, 7, 6, 5, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 255, 255, 255, 255] },
    },
  },
  {
    name: "the last byte of the data can be loaded and stored",
    program: () => ({
      slots: [7, -1],
      data: 8,
      ops: [
        { code: "STORE", nr: 8, args: [0, { slot: 0 }] },
        { code: "LOAD", nr: 1, dst: 1, args: [7] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 1: 0 }, data: { 0: [7, 0, 0, 0, 0, 0, 0, 0] } },
  },
  {
    name: "set copies numbers and slots",
    program: () => ({
      slots: [41, 0, 0, 0],
      ops: [
        { code: "SET", dst: 1, args: [{ slot: 0 }] },
        { code: "SET", dst: 2, args: [-5] },
        { code: "SET", dst: 3, args: [0xffffffffffffffffn] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 1: 41, 2: -5, 3: -1 } },
  },
  {
    name: "a relocation is the address that a data operand is",
    program: () => ({
      slots: [-1, -1],
      data: 32,
      relocs: [[3, 17]],
      ops: [
        { code: "LOAD", nr: 8, dst: 0, args: [3] },
        { code: "SET", dst: 1, args: [{ data: 17 }] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 0: "positive" }, same: [[0, 1]] },
  },
  {
    name: "a branch is taken when the masked bits are equal",
    program: () => ({
      slots: [0xab12, 0],
      ops: [
        { code: "BRANCH", nr: 2, args: [{ slot: 0 }, 0xff], expect: 0x12 },
        { code: "FAIL", args: [EACCES] },
        { code: "SET", dst: 1, args: [1] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 1: 1 } },
  },
  {
    name: "a branch is not taken when they differ",
    program: () => ({
      slots: [0xab13, 0],
      ops: [
        { code: "BRANCH", nr: 2, args: [{ slot: 0 }, 0xff], expect: 0x12 },
        { code: "END" },
        { code: "FAIL", args: [EACCES] },
      ],
    }),
    expected: {},
  },
  {
    name: "a branch compares all 64 bits",
    program: () => ({
      slots: [-2],
      ops: [
        { code: "BRANCH", nr: 2, args: [{ slot: 0 }, -1], expect: 0xfffffffe },
        { code: "BRANCH", nr: 3, args: [{ slot: 0 }, -1], expect: -2 },
        { code: "FAIL", args: [EACCES] },
        { code: "END" },
      ],
    }),
    expected: {},
  },
  {
    name: "goto goes back and forth",
    program: () => ({
      slots: [0],
      ops: [
        { code: "GOTO", nr: 3 },
        { code: "SET", dst: 0, args: [5] },
        { code: "END" },
        { code: "GOTO", nr: 1 },
      ],
    }),
    expected: { slots: { 0: 5 } },
  },
  {
    name: "an assertion that holds",
    program: () => ({
      slots: [0x9fa0],
      ops: [{ code: "ASSERT", args: [{ slot: 0 }, -1, EINVAL], expect: 0x9fa0 }, { code: "END" }],
    }),
    expected: {},
  },
  {
    name: "an assertion that does not hold tells the value",
    program: () => ({
      slots: [-7],
      ops: [{ code: "GOTO", nr: 1 }, { code: "ASSERT", args: [{ slot: 0 }, 0xff, EINVAL] }, { code: "END" }],
    }),
    expected: { fail: { pc: 1, errno: EINVAL, value: -7 } },
  },
  {
    name: "fail fails",
    program: () => ({ ops: [{ code: "FAIL", args: [EACCES] }] }),
    expected: { fail: { pc: 0, errno: EACCES, value: 0 } },
  },
  {
    name: "a failing call ends the program and leaves its slot alone",
    program: (arch) => ({
      slots: [77, 0],
      data: absent,
      ops: [
        { code: "SET", dst: 1, args: [1] },
        {
          code: "SYS",
          nr: syscallNumber("openat", arch),
          dst: 0,
          args: [AT_FDCWD, { data: 0 }, O_CLOEXEC, 0],
        },
        { code: "SET", dst: 1, args: [2] },
        { code: "END" },
      ],
    }),
    expected: { fail: { pc: 1, errno: ENOENT, value: -ENOENT }, slots: { 0: 77, 1: 1 } },
  },
  {
    name: "a tolerated errno is left in the slot and the next op runs",
    program: (arch) => ({
      slots: [77, 0],
      data: absent,
      ops: [
        {
          code: "SYS",
          nr: syscallNumber("openat", arch),
          dst: 0,
          args: [AT_FDCWD, { data: 0 }, O_CLOEXEC, 0],
          rules: [
            [EACCES, 2],
            [ENOENT, NEXT],
          ],
        },
        { code: "END" },
        { code: "FAIL", args: [EINVAL] },
      ],
    }),
    expected: { slots: { 0: -ENOENT } },
  },
  {
    name: "a tolerated errno goes to its target",
    program: (arch) => ({
      slots: [77, 0],
      ops: [
        { code: "SYS", nr: syscallNumber("close", arch), dst: 0, args: [-1], rules: [[EBADF, 2]] },
        { code: "FAIL", args: [EINVAL] },
        { code: "SYS", nr: syscallNumber("close", arch), dst: 1, args: [-1], rules: [[EBADF, NEXT]] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 0: -EBADF, 1: -EBADF } },
  },
  {
    name: "a rule belongs to its own op only",
    program: (arch) => ({
      ops: [
        { code: "SYS", nr: syscallNumber("close", arch), args: [-1], rules: [[EBADF, NEXT]] },
        { code: "SYS", nr: syscallNumber("close", arch), args: [-1] },
        { code: "END" },
      ],
    }),
    expected: { fail: { pc: 1, errno: EBADF, value: -EBADF } },
  },
  {
    name: "pipe, write, read, dup and close work on data and slots",
    program: (arch) => ({
      slots: [-1, -1, -1, -1],
      data: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 104, 101, 121, 0, 0, 0, 0, 0]),
      ops: [
        { code: "SYS", nr: syscallNumber("pipe2", arch), args: [{ data: 0 }, O_CLOEXEC] },
        { code: "LOAD", nr: 4, dst: 0, args: [0] },
        { code: "LOAD", nr: 4, dst: 1, args: [4] },
        { code: "SYS", nr: syscallNumber("dup3", arch), dst: 2, args: [{ slot: 1 }, 200, O_CLOEXEC] },
        {
          code: "SYS",
          nr: syscallNumber("write", arch),
          args: [{ slot: 2 }, { data: 8 }, 3],
          flags: OP_FLAG.EXPECT,
          expect: 3,
        },
        { code: "SYS", nr: syscallNumber("read", arch), dst: 3, args: [{ slot: 0 }, { data: 12 }, 4] },
        { code: "SYS", nr: syscallNumber("close", arch), args: [{ slot: 0 }] },
        { code: "SYS", nr: syscallNumber("close", arch), args: [{ slot: 1 }] },
        { code: "SYS", nr: syscallNumber("close", arch), args: [{ slot: 2 }] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 2: 200, 3: 3 }, data: { 8: [104, 101, 121, 0, 104, 101, 121, 0] } },
  },
  {
    name: "another result than the expected one is EIO",
    program: (arch) => ({
      slots: [-1, -1, 55],
      data: 16,
      ops: [
        { code: "SYS", nr: syscallNumber("pipe2", arch), args: [{ data: 0 }, O_CLOEXEC] },
        { code: "LOAD", nr: 4, dst: 0, args: [0] },
        { code: "LOAD", nr: 4, dst: 1, args: [4] },
        {
          code: "SYS",
          nr: syscallNumber("write", arch),
          dst: 2,
          args: [{ slot: 1 }, { data: 8 }, 3],
          flags: OP_FLAG.EXPECT,
          expect: 4,
        },
        { code: "END" },
      ],
    }),
    expected: { fail: { pc: 3, errno: EIO, value: 3 }, slots: { 2: 55 } },
  },
  {
    name: "an errno is an errno even where a result is expected",
    program: (arch) => ({
      ops: [
        { code: "SYS", nr: syscallNumber("close", arch), args: [-1], flags: OP_FLAG.EXPECT, expect: -EBADF },
        { code: "END" },
      ],
    }),
    expected: { fail: { pc: 0, errno: EBADF, value: -EBADF } },
  },
  {
    name: "a watched signal writes its number",
    program: (arch) => ({
      slots: [-1, -1, -1, -1],
      data: 16,
      ops: [
        { code: "SYS", nr: syscallNumber("pipe2", arch), args: [{ data: 0 }, O_CLOEXEC] },
        { code: "LOAD", nr: 4, dst: 0, args: [0] },
        { code: "LOAD", nr: 4, dst: 1, args: [4] },
        { code: "WATCH", args: [{ slot: 1 }, 1 << (SIGUSR2 - 1)] },
        { code: "SYS", nr: syscallNumber("getpid", arch), dst: 2 },
        { code: "SYS", nr: syscallNumber("kill", arch), args: [{ slot: 2 }, SIGUSR2] },
        { code: "SYS", nr: syscallNumber("read", arch), dst: 3, args: [{ slot: 0 }, { data: 8 }, 8] },
        { code: "LOAD", nr: 8, dst: 2, args: [8] },
        { code: "END" },
      ],
    }),
    expected: { slots: { 2: SIGUSR2, 3: 1 } },
  },
];
