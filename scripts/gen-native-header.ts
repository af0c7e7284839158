/**
 * Prints native/program.h from src/plan/format.ts, so that the encoder and the interpreter cannot differ.
 * Usage: scripts/build-native.sh bundles and runs it; nobody edits the header by hand.
 */
import * as format from "../src/plan/format.ts";

/** `#define` lines of a table, aligned by nothing: diffs stay small. */
function defines(prefix: string, table: Readonly<Record<string, number>>): string[] {
  return Object.entries(table).map(([name, value]) => `#define ${prefix}${name} ${value}`);
}

/** A C enum of a table, so that a switch over it is checked by the compiler. */
function enumeration(name: string, table: Readonly<Record<string, number>>): string[] {
  const prefix = name.toUpperCase();
  const members = Object.entries(table).map(([member, value]) => `  ${prefix}_${member} = ${value},`);
  return [`enum ${name} {`, ...members, "};"];
}

/** The text of the header. */
function header(): string {
  return [
    "/* Printed by scripts/gen-native-header.ts from src/plan/format.ts; do not edit. */",
    "#ifndef RUNT_PROGRAM_H",
    "#define RUNT_PROGRAM_H",
    "",
    `#define RUNT_FORMAT_VERSION ${format.FORMAT_VERSION}`,
    `#define RUNT_MAGIC ${hex(format.MAGIC)}u`,
    `#define RUNT_BUILD_ID ${hex(format.buildId())}ull`,
    `#define RUNT_MAX_PROGRAM ${format.MAX_PROGRAM}u`,
    "",
    ...defines("HEADER_", format.HEADER),
    `#define HEADER_SIZE ${format.HEADER_SIZE}`,
    "",
    ...defines("OP_", format.OP),
    `#define OP_SIZE ${format.OP_SIZE}`,
    `#define MAX_ARGS ${format.MAX_ARGS}`,
    `#define NO_SLOT ${format.NO_SLOT}`,
    "",
    ...enumeration("op_code", format.OP_CODE),
    "",
    ...defines("OP_FLAG_", format.OP_FLAG),
    "",
    ...enumeration("operand_kind", format.OPERAND_KIND),
    "",
    `#define RULE_SIZE ${format.RULE_SIZE}`,
    `#define NEXT_OP ${hex(format.NEXT)}u`,
    `#define RELOC_SIZE ${format.RELOC_SIZE}`,
    `#define RECORD_SIZE ${format.RECORD_SIZE}`,
    `#define RECORD_MAGIC ${hex(format.RECORD_MAGIC)}u`,
    "",
    "#endif",
  ].join("\n");
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

console.log(header());
