/** Makes the beginning of an ELF file: header, one program header, and the path of the loader. elf(5) */

export interface ElfOptions {
  machine: number;
  bits?: 32 | 64;
  big?: boolean;
  loader?: string;
}

const PT_LOAD = 1;
const PT_INTERP = 3;

/** The bytes of such a file. With a loader its only segment is PT_INTERP, else PT_LOAD. */
export function elf({ machine, bits = 64, big = false, loader }: ElfOptions): Uint8Array {
  const wide = bits === 64;
  const headerSize = wide ? 64 : 52;
  const entrySize = wide ? 56 : 32;
  const path = new TextEncoder().encode(`${loader ?? ""}\0`);
  const bytes = new Uint8Array(headerSize + entrySize + path.length);
  const view = new DataView(bytes.buffer);
  const little = !big;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, big ? 2 : 1, 1]);
  view.setUint16(16, 2, little);
  view.setUint16(18, machine, little);
  const word = (at: number, value: number) => {
    if (wide) view.setBigUint64(at, BigInt(value), little);
    else view.setUint32(at, value, little);
  };
  word(wide ? 32 : 28, headerSize);
  view.setUint16(wide ? 54 : 42, entrySize, little);
  view.setUint16(wide ? 56 : 44, 1, little);
  view.setUint32(headerSize, loader === undefined ? PT_LOAD : PT_INTERP, little);
  word(headerSize + (wide ? 8 : 4), headerSize + entrySize);
  word(headerSize + (wide ? 32 : 16), path.length);
  bytes.set(path, headerSize + entrySize);
  return bytes;
}
