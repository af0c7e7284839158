import { putInt64 } from "../bytes/int64.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";

/** A place in the data whose eight bytes become the address of another place in the data. */
export interface Relocation {
  at: number;
  target: number;
}

/** Grows the data part of a program: constants are stored once, buffers are named, everything is 8-aligned. */
export class DataSection {
  readonly relocations: Relocation[] = [];
  readonly buffers = new Map<string, { offset: number; size: number }>();
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private readonly constants = new Map<string, number>();

  /** Offset of `size` zero bytes of fresh memory. */
  reserve(size: number): number {
    const offset = this.length;
    this.length = (offset + size + 7) & ~7;
    if (this.length > this.bytes.length) {
      const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.length));
      bigger.set(this.bytes);
      this.bytes = bigger;
      this.view = new DataView(bigger.buffer);
    }
    return offset;
  }

  /** Offset of the constant `text` with a NUL behind it. */
  string(text: string): number {
    const key = `s${text}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const offset = this.append(encodeUtf8(`${text}\0`));
    this.constants.set(key, offset);
    return offset;
  }

  /** Offset of the constant `bytes`; stored as often as it is asked for when long. */
  constant(bytes: Uint8Array): number {
    if (bytes.length > 64) return this.append(bytes);
    const key = `b${bytes.join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const offset = this.append(bytes);
    this.constants.set(key, offset);
    return offset;
  }

  /** Offset of a NULL-terminated vector of addresses of strings. */
  vector(texts: readonly string[]): number {
    const key = `v${texts.join("\0")}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const targets = texts.map((text) => this.string(text));
    const offset = this.reserve(8 * (texts.length + 1));
    targets.forEach((target, i) => {
      this.pointer(offset + 8 * i, target);
    });
    this.constants.set(key, offset);
    return offset;
  }

  /** Offset of the buffer `name`, made at its first use and grown to the largest size asked for. */
  buffer(name: string, size: number): number {
    const known = this.buffers.get(name);
    if (known !== undefined && known.size >= size) return known.offset;
    const offset = this.reserve(size);
    this.buffers.set(name, { offset, size });
    return offset;
  }

  /** Makes the eight bytes at `at` an address of `target`. */
  pointer(at: number, target: number): void {
    this.relocations.push({ at, target });
  }

  /** Writes an unsigned integer of `width` bytes at `at`. */
  put(at: number, width: 1 | 2 | 4 | 8, value: number | bigint): void {
    if (width === 8) putInt64(this.view, at, value);
    else if (width === 4) this.view.setUint32(at, Number(value), true);
    else if (width === 2) this.view.setUint16(at, Number(value), true);
    else this.view.setUint8(at, Number(value));
  }

  /** Copies `bytes` to `at`. */
  copy(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
  }

  /** The data so far. */
  get content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private append(bytes: Uint8Array): number {
    const offset = this.reserve(bytes.length);
    this.bytes.set(bytes, offset);
    return offset;
  }
}
