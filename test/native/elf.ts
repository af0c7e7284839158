/** Reads what the tests want to know of a 64-bit little-endian ELF file. */

export interface Segment {
  type: number;
  flags: number;
  offset: number;
  size: number;
}

export interface Elf {
  type: number;
  machine: number;
  segments: Segment[];
  /** Types of the sections. */
  sections: number[];
  /** Tags of the dynamic table. */
  dynamic: number[];
}

export const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3, GNU_STACK: 0x6474e551 } as const;
export const SHT = { RELA: 4, REL: 9 } as const;
export const DT = { NEEDED: 1 } as const;
export const PF = { X: 1, W: 2 } as const;
export const ET = { EXEC: 2, DYN: 3 } as const;

/** The headers of the ELF image `bytes`. */
export function readElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const half = (at: number) => view.getUint16(at, true);
  const word = (at: number) => view.getUint32(at, true);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const segments: Segment[] = [];
  for (let i = 0; i < half(56); i++) {
    const at = long(32) + half(54) * i;
    segments.push({ type: word(at), flags: word(at + 4), offset: long(at + 8), size: long(at + 32) });
  }
  const sections: number[] = [];
  for (let i = 0; i < half(60); i++) sections.push(word(long(40) + half(58) * i + 4));
  const dynamic: number[] = [];
  for (const segment of segments.filter(({ type }) => type === PT.DYNAMIC)) {
    for (let at = segment.offset; at < segment.offset + segment.size; at += 16) dynamic.push(long(at));
  }
  return { type: half(16), machine: half(18), segments, sections, dynamic };
}
