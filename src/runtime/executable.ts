/** What the first bytes of a program tell about why it cannot be executed. Pure; elf(5), execve(2). */

/** The program that a script names behind "#!", as the kernel reads it: a CR at its end is part of the name. */
export interface Script {
  kind: "script";
  interpreter: string;
}

export interface Elf {
  kind: "elf";
  /** Words such as "aarch64". */
  machine: string;
  bits: 32 | 64;
  /** PT_INTERP, the dynamic loader. */
  loader: string | undefined;
}

export type Executable =
  | Script
  | Elf
  | { kind: "empty" }
  /** "#!" or ELF would follow, but the file begins with the mark of UTF-8. */
  | { kind: "byte-order-mark" }
  | { kind: "unknown" };

const MACHINES: Readonly<Record<number, string>> = {
  3: "i386",
  8: "mips",
  20: "powerpc",
  21: "powerpc64",
  22: "s390x",
  40: "arm",
  62: "x86_64",
  183: "aarch64",
  243: "riscv64",
  258: "loongarch64",
};
const PT_INTERP = 3;

function ascii(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** How much of a "#!" line the kernel reads (BINPRM_BUF_SIZE). */
const LINE_SIZE = 256;

function parseScript(bytes: Uint8Array): Script {
  const head = bytes.subarray(2, LINE_SIZE);
  const newline = head.indexOf(10);
  const line = ascii(newline < 0 ? head : head.subarray(0, newline));
  const interpreter = line.replace(/^[ \t]+/, "").split(/[ \t\0]/)[0] ?? "";
  return { kind: "script", interpreter };
}

/** The path in the PT_INTERP segment; undefined for a static program or a table outside of `bytes`. */
function loaderOf(view: DataView, bytes: Uint8Array, bits: 32 | 64, little: boolean): string | undefined {
  const wide = bits === 64;
  const table = wide ? Number(view.getBigUint64(32, little)) : view.getUint32(28, little);
  const size = view.getUint16(wide ? 54 : 42, little);
  const count = view.getUint16(wide ? 56 : 44, little);
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    if (at + size > bytes.length || size < 32) return undefined;
    if (view.getUint32(at, little) !== PT_INTERP) continue;
    const offset = wide ? Number(view.getBigUint64(at + 8, little)) : view.getUint32(at + 4, little);
    const length = wide ? Number(view.getBigUint64(at + 32, little)) : view.getUint32(at + 16, little);
    return offset + length > bytes.length || length < 2
      ? undefined
      : ascii(bytes.subarray(offset, offset + length - 1));
  }
  return undefined;
}

/** Reads what kind of program begins with `bytes` (its first 4 KiB). */
export function parseExecutable(bytes: Uint8Array): Executable {
  if (bytes.length === 0) return { kind: "empty" };
  if (bytes[0] === 0x23 && bytes[1] === 0x21) return parseScript(bytes);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { kind: "byte-order-mark" };
  if (bytes.length < 64 || bytes[0] !== 0x7f || ascii(bytes.subarray(1, 4)) !== "ELF")
    return { kind: "unknown" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bits = bytes[4] === 2 ? 64 : 32;
  const little = bytes[5] === 1;
  const code = view.getUint16(18, little);
  const machine = code === 21 && little ? "powerpc64le" : (MACHINES[code] ?? `machine ${code}`);
  return { kind: "elf", machine, bits, loader: loaderOf(view, bytes, bits, little) };
}
