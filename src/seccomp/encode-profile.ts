import { encodeUtf8 } from "../bytes/utf8.ts";
import { RuntError } from "../error/runt-error.ts";
import type { Linux } from "../spec/types.ts";

/** linux.seccomp of a config. */
export type Seccomp = NonNullable<Linux["seccomp"]>;
type Rule = NonNullable<Seccomp["syscalls"]>[number];
type Argument = NonNullable<Rule["args"]>[number];

const EPERM = 1;

/** The kernel's return values, linux/seccomp.h; ERRNO and TRACE carry a number in their low half. */
export const ACTIONS: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

/** enum scmp_compare of libseccomp. */
export const OPERATORS: Readonly<Record<string, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};

function action(name: string, errnoRet: number | undefined, pointer: string): number {
  const value = ACTIONS[name];
  if (value === undefined) {
    throw new RuntError({
      code: "SPEC_UNSUPPORTED",
      message: `${pointer.slice(1).replace(/\//g, ".")}: ${name} is not carried out by runt yet`,
      pointer,
      hint: "use another action; runt does not hand system calls to an agent yet",
    });
  }
  const carries = name === "SCMP_ACT_ERRNO" || name === "SCMP_ACT_TRACE";
  return carries ? (value | (errnoRet ?? EPERM)) >>> 0 : value;
}

/** Grows bytes, little endian. */
class Writer {
  private readonly bytes: number[] = [];

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.bytes.push((value >>> shift) & 0xff);
  }

  u64(value: number): void {
    const exact = BigInt(value);
    this.u32(Number(exact & 0xffffffffn));
    this.u32(Number((exact >> 32n) & 0xffffffffn));
  }

  name(text: string): void {
    const bytes = encodeUtf8(text);
    this.u32(bytes.length);
    this.bytes.push(...bytes);
  }

  get content(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/**
 * Conditions on one argument cannot be combined in one rule, so they become alternatives: several rules with one
 * condition each, as with runc.
 */
function alternatives(args: readonly Argument[]): (readonly Argument[])[] {
  const indexes = new Set(args.map((argument) => argument.index));
  return indexes.size === args.length ? [args] : args.map((argument) => [argument]);
}

function writeRule(writer: Writer, value: number, name: string, args: readonly Argument[]): void {
  writer.u32(value);
  writer.name(name);
  writer.u32(args.length);
  for (const argument of args) {
    writer.u32(argument.index);
    writer.u32(OPERATORS[argument.op] ?? 0);
    writer.u64(argument.value);
    writer.u64(argument.valueTwo ?? 0);
  }
}

/**
 * The profile as numbers and names for native/seccomp/compile.c: default action, architectures, rules. Rules that ask
 * for the default action are left out. Throws SPEC_UNSUPPORTED for SCMP_ACT_NOTIFY. SPEC(config-linux#seccomp)
 */
export function encodeProfile(seccomp: Seccomp): Uint8Array {
  const writer = new Writer();
  const byDefault = action(seccomp.defaultAction, seccomp.defaultErrnoRet, "/linux/seccomp/defaultAction");
  writer.u32(byDefault);
  const architectures = seccomp.architectures ?? [];
  writer.u32(architectures.length);
  for (const name of architectures) writer.name(name.replace("SCMP_ARCH_", "").toLowerCase());
  const rules = (seccomp.syscalls ?? []).flatMap((rule, i) => {
    const value = action(rule.action, rule.errnoRet, `/linux/seccomp/syscalls/${i}/action`);
    if (value === byDefault) return [];
    const cases = alternatives(rule.args ?? []);
    return rule.names.flatMap((name) => cases.map((args) => ({ value, name, args })));
  });
  writer.u32(rules.length);
  for (const { value, name, args } of rules) writeRule(writer, value, name, args);
  return writer.content;
}
