/** A small interpreter for the eBPF that device programs use, written against the instruction set's document. */

const MASK64 = (1n << 64n) - 1n;

function context(type: number, access: number, major: number, minor: number): DataView {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, type | (access << 16), true);
  view.setUint32(4, major, true);
  view.setUint32(8, minor, true);
  return view;
}

function alu(op: number, left: bigint, right: bigint): bigint {
  switch (op) {
    case 0x50:
      return left & right;
    case 0x70:
      return left >> right;
    case 0xb0:
      return right;
    default:
      throw new Error(`ALU operation ${op.toString(16)}`);
  }
}

/**
 * Runs a program on one request and gives r0. Like the kernel's verifier it refuses reads outside of the context,
 * jumps backwards or beyond the end, reads of registers never written, and falling off the end.
 */
export function runDeviceProgram(
  program: Uint8Array,
  request: { type: "b" | "c"; access: number; major: number; minor: number },
): number {
  const data = context(request.type === "b" ? 1 : 2, request.access, request.major, request.minor);
  const code = new DataView(program.buffer, program.byteOffset, program.length);
  const registers: (bigint | "context" | undefined)[] = [undefined, "context"];
  const number = (index: number): bigint => {
    const value = registers[index];
    if (typeof value !== "bigint") throw new Error(`r${index} is no number`);
    return value;
  };
  for (let pc = 0; pc < program.length / 8; pc++) {
    const at = pc * 8;
    const op = code.getUint8(at);
    const [dst, src] = [code.getUint8(at + 1) & 15, code.getUint8(at + 1) >> 4];
    const offset = code.getInt16(at + 2, true);
    const immediate = BigInt(code.getInt32(at + 4, true));
    const right = (op & 8) !== 0 ? (): bigint => number(src) : (): bigint => immediate & MASK64;
    switch (op & 7) {
      case 1:
        if (op !== 0x61 || registers[src] !== "context") throw new Error(`load ${op.toString(16)}`);
        registers[dst] = BigInt(data.getUint32(offset, true));
        break;
      case 4:
        registers[dst] = alu(op & 0xf0, number(dst) & 0xffffffffn, right() & 0xffffffffn) & 0xffffffffn;
        break;
      case 7:
        registers[dst] = alu(op & 0xf0, (op & 0xf0) === 0xb0 ? 0n : number(dst), right());
        break;
      case 5:
        if (op !== 0x95) throw new Error(`jump ${op.toString(16)}`);
        return Number(number(0));
      case 6: {
        const equal = (number(dst) & 0xffffffffn) === (right() & 0xffffffffn);
        if ((op & 0xf0) !== 0x10 && (op & 0xf0) !== 0x50) throw new Error(`jump ${op.toString(16)}`);
        if (offset < 0) throw new Error("jump backwards");
        if (equal === ((op & 0xf0) === 0x10)) pc += offset;
        break;
      }
      default:
        throw new Error(`instruction ${op.toString(16)}`);
    }
  }
  throw new Error("fell off the end");
}
