/**
 * The binary form of a program: what the encoder writes and the C interpreter reads. This table is the one
 * source; scripts/gen-native-header.ts prints native/program.h from it. All numbers are little endian.
 *
 * Layout, every part 8-byte aligned:
 *   header | slots (s64 each) | ops (80 bytes each) | rules (8 each) | relocations (8 each) | data
 */

/** Version of the layout; any change of this file's numbers raises it. */
export const FORMAT_VERSION = 1;

export const MAGIC = 0x544e5552; // "RUNT"

/** Byte offsets inside the header. Fields marked "out" are written by the interpreter. */
export const HEADER = {
  MAGIC: 0, // u32
  VERSION: 4, // u32
  BUILD_ID: 8, // u64
  LENGTH: 16, // u32, whole program in bytes
  ID: 20, // u32, copied into error records
  SLOTS: 24, // u32, count
  OPS: 28, // u32, count
  RULES: 32, // u32, count
  RELOCS: 36, // u32, count
  DATA: 40, // u32, bytes
  FAIL_PC: 44, // s32 out, index of the op that failed, -1 = none
  FAIL_ERRNO: 48, // s32 out
  REPORT: 52, // u32, slot that holds the fd for error records, plus one; 0 = none
  FAIL_VALUE: 56, // s64 out, the result or value that was not accepted
} as const;
export const HEADER_SIZE = 64;

/** Byte offsets inside an op. */
export const OP = {
  CODE: 0, // u8
  NARGS: 1, // u8
  DST: 2, // u16, slot or NO_SLOT
  NR: 4, // u32, system call number, width, or target op
  RULE: 8, // u32, first rule
  RULES: 12, // u16, count of rules
  FLAGS: 14, // u16
  KINDS: 16, // u8[6]
  EXPECT: 24, // s64, expected result, or the value to compare with
  ARGS: 32, // u64[6]
} as const;
export const OP_SIZE = 80;
export const MAX_ARGS = 6;
export const NO_SLOT = 0xffff;

export const OP_CODE = {
  /** dst = syscall NR(args); negative: rules, else fail. */
  SYS: 1,
  /** dst = NR bytes (1, 2, 4, 8; zero extended) at data offset ARGS[0]. */
  LOAD: 2,
  /** data offset ARGS[0] = low NR bytes (4, 8) of operand ARGS[1]. */
  STORE: 3,
  /** dst = operand ARGS[0]. */
  SET: 4,
  /** Fail with errno ARGS[2] unless (operand ARGS[0] & ARGS[1]) == EXPECT. */
  ASSERT: 5,
  /** Go to NR when (operand ARGS[0] & ARGS[1]) == EXPECT. */
  BRANCH: 6,
  /** Go to NR. */
  GOTO: 7,
  /** Fail with errno ARGS[0]. */
  FAIL: 8,
  /** dst = pid of a clone3 child (clone_args of 88 bytes at data offset ARGS[0]) that goes on at op NR. */
  SPAWN: 9,
  /** The list is done. */
  END: 10,
  /** Library only: from now on every signal of mask ARGS[1] writes its number as a byte to the fd ARGS[0]. */
  WATCH: 11,
} as const;

export const OP_FLAG = {
  /** The result must be exactly EXPECT; anything else fails with EIO (FAIL_VALUE = the result). */
  EXPECT: 1,
} as const;

export const OPERAND_KIND = { IMMEDIATE: 0, DATA: 1, SLOT: 2 } as const;

/** Rule: u32 errno (positive), u32 target op; NEXT = the op after this one. */
export const RULE_SIZE = 8;
export const NEXT = 0xffffffff;

/** Relocation: u32 data offset of a u64, u32 data offset whose address goes there. */
export const RELOC_SIZE = 8;

/** Error record on the report fd, one write: u32 magic, u32 program id, s32 op index, s32 errno, s64 value. */
export const RECORD_SIZE = 24;
export const RECORD_MAGIC = 0x4c494146; // "FAIL"

/** Largest program that is accepted, in bytes. */
export const MAX_PROGRAM = 64 * 1024 * 1024;

/** FNV-1a, 64 bits, of `text`; only tells equal from different. */
function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i) & 0xff)) * 0x100000001b3n);
  }
  return hash;
}

/** The build id that a program and its interpreter must share: a hash of every number above. */
export function buildId(): bigint {
  return fnv1a64(
    JSON.stringify([
      FORMAT_VERSION,
      MAGIC,
      HEADER,
      OP,
      OP_SIZE,
      OP_CODE,
      OP_FLAG,
      OPERAND_KIND,
      RULE_SIZE,
      RELOC_SIZE,
      RECORD_SIZE,
      RECORD_MAGIC,
    ]),
  );
}
