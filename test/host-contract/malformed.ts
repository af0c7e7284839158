/** Programs that break the format, at least one for every check; each is sound but for one thing. */
import { FORMAT_VERSION, HEADER, HEADER_SIZE, MAX_PROGRAM, OP, OP_SIZE } from "../../src/plan/format.ts";
import { type Assembled, assemble, type RawOp } from "./assembler.ts";
import { REJECT } from "./fake-check.ts";

export interface Malformed {
  name: string;
  bytes: () => Uint8Array;
  reason: number;
}

const U32 = 0xffffffff;
const EBADF = 9;

/** A sound program with one of each part; op 0 is `first`. */
function sound(first?: RawOp): Assembled {
  return assemble({
    slots: [0, 1],
    data: 96,
    relocs: [[0, 8]],
    report: 1,
    ops: [
      first ?? { code: "SYS", nr: 0, dst: 0, args: [-1, { data: 0 }, { slot: 1 }], rules: [[EBADF, 1]] },
      { code: "SYS", nr: 0, args: [-1], rules: [[EBADF, 2]] },
      { code: "END" },
    ],
  });
}

/** A sound program with one u32 replaced; `at` finds its place. */
function u32(name: string, reason: number, at: (program: Assembled) => number, value: number): Malformed {
  return {
    name,
    reason,
    bytes: () => {
      const program = sound();
      program.view.setUint32(at(program), value, true);
      return program.bytes;
    },
  };
}

function header(name: string, reason: number, field: keyof typeof HEADER, value: number): Malformed {
  return u32(name, reason, () => HEADER[field], value);
}

/** A program whose first op is `op`. */
function op(name: string, reason: number, first: RawOp): Malformed {
  return { name, reason, bytes: () => sound(first).bytes };
}

/** A sound program with one byte of op 0 replaced. */
function byte(name: string, reason: number, offset: number, value: number): Malformed {
  return {
    name,
    reason,
    bytes: () => {
      const program = sound();
      program.view.setUint8(program.opsAt + offset, value);
      return program.bytes;
    },
  };
}

/** A program with these ops only. */
function ops(name: string, reason: number, list: readonly RawOp[]): Malformed {
  return { name, reason, bytes: () => assemble({ slots: [0], data: 8, ops: list }).bytes };
}

const headers: readonly Malformed[] = [
  { name: "nothing", reason: REJECT.SHORT, bytes: () => new Uint8Array(0) },
  { name: "less than a header", reason: REJECT.SHORT, bytes: () => sound().bytes.slice(0, HEADER_SIZE - 1) },
  { name: "too large", reason: REJECT.LARGE, bytes: () => new Uint8Array(MAX_PROGRAM + 1) },
  header("another magic", REJECT.MAGIC, "MAGIC", 0x464c457f),
  header("another version", REJECT.VERSION, "VERSION", FORMAT_VERSION + 1),
  header("another build, low half", REJECT.BUILD, "BUILD_ID", 1),
  u32("another build, high half", REJECT.BUILD, () => HEADER.BUILD_ID + 4, 1),
  header("a length of nothing", REJECT.LENGTH, "LENGTH", 0),
  header("a huge length", REJECT.LENGTH, "LENGTH", U32),
  {
    name: "one byte cut off",
    reason: REJECT.LENGTH,
    bytes: () => {
      const { bytes } = sound();
      return bytes.slice(0, bytes.length - 1);
    },
  },
  header("more slots than can be named", REJECT.SLOTS, "SLOTS", 0x10000),
  header("huge count of slots", REJECT.SLOTS, "SLOTS", U32),
  header("one slot too many", REJECT.LAYOUT, "SLOTS", 3),
  header("huge count of ops", REJECT.LAYOUT, "OPS", U32),
  // 80 * 0x33333334 is 64 modulo 2^32: small again for a sum in 32 bits.
  header("a count of ops that overflows 32 bits", REJECT.LAYOUT, "OPS", 0x33333334 + 2),
  header("huge count of rules", REJECT.LAYOUT, "RULES", U32),
  header("a count of rules that overflows 32 bits", REJECT.LAYOUT, "RULES", 0x20000002),
  header("huge count of relocations", REJECT.LAYOUT, "RELOCS", U32),
  header("a count of relocations that overflows 32 bits", REJECT.LAYOUT, "RELOCS", 0x20000001),
  header("huge data", REJECT.LAYOUT, "DATA", U32),
  header("less data than there is", REJECT.LAYOUT, "DATA", 95),
  header("a report slot that is not there", REJECT.REPORT, "REPORT", 3),
  header("a huge report slot", REJECT.REPORT, "REPORT", U32),
];

const tables: readonly Malformed[] = [
  u32("a relocation whose end is outside", REJECT.RELOC, (p) => p.relocsAt, 89),
  u32("a relocation that overflows", REJECT.RELOC, (p) => p.relocsAt, U32 - 7),
  u32("a relocation to the outside", REJECT.RELOC, (p) => p.relocsAt + 4, 97),
  u32("a rule without errno", REJECT.ERRNO, (p) => p.rulesAt, 0),
  u32("a rule of an impossible errno", REJECT.ERRNO, (p) => p.rulesAt + 8, 4096),
  u32("a rule that goes past the end", REJECT.TARGET, (p) => p.rulesAt + 4, 3),
  u32("a rule that goes far away", REJECT.TARGET, (p) => p.rulesAt + 12, U32 - 1),
  u32("a first rule that is not there", REJECT.RULES, (p) => p.opsAt + OP.RULE, 2),
  u32("a first rule that overflows", REJECT.RULES, (p) => p.opsAt + OP.RULE, U32),
  byte("more rules than there are", REJECT.RULES, OP.RULES, 3),
];

const operands: readonly Malformed[] = [
  byte("op code 0", REJECT.CODE, OP.CODE, 0),
  byte("op code 12", REJECT.CODE, OP.CODE, 12),
  byte("op code 255", REJECT.CODE, OP.CODE, 255),
  byte("seven operands", REJECT.NARGS, OP.NARGS, 7),
  byte("255 operands", REJECT.NARGS, OP.NARGS, 255),
  op("a set without operand", REJECT.NARGS, { code: "SET", dst: 0 }),
  op("an end with an operand", REJECT.NARGS, { code: "END", args: [1] }),
  op("an assertion with two operands", REJECT.NARGS, { code: "ASSERT", args: [{ slot: 0 }, 1] }),
  op("a result slot that is not there", REJECT.DST, { code: "SYS", dst: 2 }),
  op("a load into no slot of the program", REJECT.DST, { code: "LOAD", nr: 4, dst: 0xfffe, args: [0] }),
  byte("operand kind 3", REJECT.KIND, OP.KINDS, 3),
  byte("operand kind 255", REJECT.KIND, OP.KINDS + 2, 255),
  byte("a kind behind the last operand", REJECT.KIND, OP.KINDS + 5, 1),
  op("a load from a slot's number", REJECT.KIND, { code: "LOAD", nr: 4, dst: 0, args: [{ slot: 0 }] }),
  op("a store to an address", REJECT.KIND, { code: "STORE", nr: 4, args: [{ data: 0 }, 1] }),
  op("a fail with a slot", REJECT.KIND, { code: "FAIL", args: [{ slot: 0 }] }),
  op("a mask from a slot", REJECT.KIND, { code: "BRANCH", nr: 1, args: [{ slot: 0 }, { slot: 1 }] }),
  op("clone_args as a number", REJECT.KIND, { code: "SPAWN", nr: 1, args: [0] }),
  op("an operand slot that is not there", REJECT.SLOT, { code: "SYS", args: [{ slot: 2 }] }),
  op("a huge operand slot", REJECT.SLOT, { code: "SYS", args: [0, 0, 0, 0, 0, { slot: 2 ** 53 }] }),
  op("an address past the data", REJECT.DATA, { code: "SYS", args: [{ data: 97 }] }),
  op("a huge address", REJECT.DATA, { code: "SET", dst: 0, args: [{ data: 2 ** 53 }] }),
];

const details: readonly Malformed[] = [
  op("an unknown flag", REJECT.FLAGS, { code: "SYS", flags: 2 }),
  op("a flag on an op that has none", REJECT.FLAGS, { code: "SET", dst: 0, args: [1], flags: 1 }),
  op("a load of three bytes", REJECT.WIDTH, { code: "LOAD", nr: 3, dst: 0, args: [0] }),
  op("a load of no bytes", REJECT.WIDTH, { code: "LOAD", nr: 0, dst: 0, args: [0] }),
  op("a load of sixteen bytes", REJECT.WIDTH, { code: "LOAD", nr: 16, dst: 0, args: [0] }),
  op("a store of one byte", REJECT.WIDTH, { code: "STORE", nr: 1, args: [0, 1] }),
  op("a load whose end is outside", REJECT.RANGE, { code: "LOAD", nr: 4, dst: 0, args: [93] }),
  op("a load that overflows", REJECT.RANGE, { code: "LOAD", nr: 8, dst: 0, args: [-1] }),
  op("a load that overflows to the start", REJECT.RANGE, { code: "LOAD", nr: 8, dst: 0, args: [-8] }),
  op("a store whose end is outside", REJECT.RANGE, { code: "STORE", nr: 8, args: [89, 1] }),
  op("a store that overflows", REJECT.RANGE, { code: "STORE", nr: 4, args: [-4, 1] }),
  op("clone_args whose end is outside", REJECT.RANGE, { code: "SPAWN", nr: 1, args: [{ data: 9 }] }),
  op("a child past the end", REJECT.TARGET, { code: "SPAWN", nr: 3, args: [{ data: 0 }] }),
  op("a goto past the end", REJECT.TARGET, { code: "GOTO", nr: 3 }),
  op("a branch far away", REJECT.TARGET, { code: "BRANCH", nr: U32, args: [0, 0] }),
  op("an assertion without errno", REJECT.ERRNO, { code: "ASSERT", args: [{ slot: 0 }, 1, 0] }),
  op("an assertion of a negative errno", REJECT.ERRNO, { code: "ASSERT", args: [{ slot: 0 }, 1, -22] }),
  op("a fail without errno", REJECT.ERRNO, { code: "FAIL", args: [0] }),
  op("a fail of an impossible errno", REJECT.ERRNO, { code: "FAIL", args: [4096] }),
  ops("no ops", REJECT.END, []),
  ops("a call at the end", REJECT.END, [{ code: "SYS" }]),
  ops("a branch at the end", REJECT.END, [{ code: "BRANCH", args: [0, 0] }]),
  ops("a spawn before the end of the table", REJECT.RANGE, [{ code: "SPAWN", args: [{ data: 0 }] }]),
  {
    name: "a bad op behind the end of the list",
    reason: REJECT.CODE,
    bytes: () => {
      const program = assemble({ ops: [{ code: "END" }, { code: "END" }, { code: "END" }] });
      program.view.setUint8(program.opsAt + OP_SIZE, 99);
      return program.bytes;
    },
  },
];

export const malformed: readonly Malformed[] = [...headers, ...tables, ...operands, ...details];
