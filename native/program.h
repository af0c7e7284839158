/* Printed by scripts/gen-native-header.ts from src/plan/format.ts; do not edit. */
#ifndef RUNT_PROGRAM_H
#define RUNT_PROGRAM_H

#define RUNT_FORMAT_VERSION 1
#define RUNT_MAGIC 0x544e5552u
#define RUNT_BUILD_ID 0x306fc675450b1788ull
#define RUNT_MAX_PROGRAM 67108864u

#define HEADER_MAGIC 0
#define HEADER_VERSION 4
#define HEADER_BUILD_ID 8
#define HEADER_LENGTH 16
#define HEADER_ID 20
#define HEADER_SLOTS 24
#define HEADER_OPS 28
#define HEADER_RULES 32
#define HEADER_RELOCS 36
#define HEADER_DATA 40
#define HEADER_FAIL_PC 44
#define HEADER_FAIL_ERRNO 48
#define HEADER_REPORT 52
#define HEADER_FAIL_VALUE 56
#define HEADER_SIZE 64

#define OP_CODE 0
#define OP_NARGS 1
#define OP_DST 2
#define OP_NR 4
#define OP_RULE 8
#define OP_RULES 12
#define OP_FLAGS 14
#define OP_KINDS 16
#define OP_EXPECT 24
#define OP_ARGS 32
#define OP_SIZE 80
#define MAX_ARGS 6
#define NO_SLOT 65535

enum op_code {
  OP_CODE_SYS = 1,
  OP_CODE_LOAD = 2,
  OP_CODE_STORE = 3,
  OP_CODE_SET = 4,
  OP_CODE_ASSERT = 5,
  OP_CODE_BRANCH = 6,
  OP_CODE_GOTO = 7,
  OP_CODE_FAIL = 8,
  OP_CODE_SPAWN = 9,
  OP_CODE_END = 10,
  OP_CODE_WATCH = 11,
};

#define OP_FLAG_EXPECT 1

enum operand_kind {
  OPERAND_KIND_IMMEDIATE = 0,
  OPERAND_KIND_DATA = 1,
  OPERAND_KIND_SLOT = 2,
};

#define RULE_SIZE 8
#define NEXT_OP 0xffffffffu
#define RELOC_SIZE 8
#define RECORD_SIZE 24
#define RECORD_MAGIC 0x4c494146u

#endif
