import { ACCESS, ANY, type DeviceRule, type DeviceRules } from "./device-rules.ts";

/** Instruction codes of eBPF (kernel Documentation/bpf/standardization/instruction-set.rst) that are used here. */
export const BPF = {
  LDX_W: 0x61,
  ALU64_MOV_K: 0xb7,
  ALU64_MOV_X: 0xbf,
  ALU_AND_K: 0x54,
  ALU_RSH_K: 0x74,
  JMP32_JEQ_K: 0x16,
  JMP32_JNE_K: 0x56,
  EXIT: 0x95,
} as const;

export const INSTRUCTION_SIZE = 8;

/** Device types as struct bpf_cgroup_dev_ctx numbers them. */
const TYPE_NUMBER = { b: 1, c: 2 } as const;

const R = { RESULT: 0, CONTEXT: 1, TYPE: 2, ACCESS: 3, MAJOR: 4, MINOR: 5, SCRATCH: 6 } as const;

interface Instruction {
  code: number;
  dst?: number;
  src?: number;
  /** Jumps: instructions to skip. Loads: offset in bytes. */
  offset?: number;
  value?: number;
}

function verdict(allow: boolean): Instruction[] {
  return [{ code: BPF.ALU64_MOV_K, dst: R.RESULT, value: allow ? 1 : 0 }, { code: BPF.EXIT }];
}

/** Reads type, access and numbers of the context into registers. */
function prologue(): Instruction[] {
  return [
    { code: BPF.LDX_W, dst: R.TYPE, src: R.CONTEXT, offset: 0 },
    { code: BPF.ALU64_MOV_X, dst: R.ACCESS, src: R.TYPE },
    { code: BPF.ALU_AND_K, dst: R.TYPE, value: 0xffff },
    { code: BPF.ALU_RSH_K, dst: R.ACCESS, value: 16 },
    { code: BPF.LDX_W, dst: R.MAJOR, src: R.CONTEXT, offset: 4 },
    { code: BPF.LDX_W, dst: R.MINOR, src: R.CONTEXT, offset: 8 },
  ];
}

/** What happens when the device is the rule's: a verdict, or an access less to decide about. */
function body(rule: DeviceRule): Instruction[] {
  if (rule.access === ACCESS.ALL) return verdict(rule.allow);
  if (rule.allow) {
    return [
      { code: BPF.ALU_AND_K, dst: R.ACCESS, value: ~rule.access & ACCESS.ALL },
      { code: BPF.JMP32_JNE_K, dst: R.ACCESS, value: 0, offset: 2 },
      ...verdict(true),
    ];
  }
  return [
    { code: BPF.ALU64_MOV_X, dst: R.SCRATCH, src: R.ACCESS },
    { code: BPF.ALU_AND_K, dst: R.SCRATCH, value: rule.access },
    { code: BPF.JMP32_JEQ_K, dst: R.SCRATCH, value: 0, offset: 2 },
    ...verdict(false),
  ];
}

function ruleInstructions(rule: DeviceRule): Instruction[] {
  const tests: { register: number; value: number }[] = [{ register: R.TYPE, value: TYPE_NUMBER[rule.type] }];
  if (rule.major !== ANY) tests.push({ register: R.MAJOR, value: rule.major });
  if (rule.minor !== ANY) tests.push({ register: R.MINOR, value: rule.minor });
  const then = body(rule);
  const skips = tests.map(
    ({ register, value }, i): Instruction => ({
      code: BPF.JMP32_JNE_K,
      dst: register,
      value,
      offset: tests.length - 1 - i + then.length,
    }),
  );
  return [...skips, ...then];
}

function assemble(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, dst = 0, src = 0, offset = 0, value = 0 }, i) => {
    const at = i * INSTRUCTION_SIZE;
    view.setUint8(at, code);
    view.setUint8(at + 1, dst | (src << 4));
    view.setInt16(at + 2, offset, true);
    view.setUint32(at + 4, value >>> 0, true);
  });
  return bytes;
}

/**
 * The program of type BPF_PROG_TYPE_CGROUP_DEVICE that enforces `rules`. The last rule has the last word, so the
 * program asks the rules backwards; a rule about some accesses only settles those and leaves the rest to the rules
 * before it. Unlike v1's exceptions this carries out every list exactly.
 * KERNEL(5.1): 32-bit conditional jumps.
 */
export function deviceProgram(rules: DeviceRules): Uint8Array {
  return assemble([
    ...prologue(),
    ...[...rules.rules].reverse().flatMap(ruleInstructions),
    ...verdict(rules.defaultAllow),
  ]);
}
