import { wideHigh, wideLow } from "../bytes/int64.ts";
import type { Library } from "./library.ts";

/** Host.putText: writes the UTF-8 bytes of a text at `at` and gives their number. */
export type PutText = (text: string, bytes: Uint8Array, at: number) => number;

/** Grows the data part of a program: strings are stored once, buffers are named, everything is 8-aligned. */
export class DataSection {
  /** Pairs: a place whose eight bytes become the address of another place, and that other place. */
  relocations: number[] = [];
  buffers = new Map<string, { offset: number; size: number }>();
  /** How many bytes there are. */
  length = 0;
  private bytes = new Uint8Array(4096);
  private words = new Int32Array(this.bytes.buffer);
  private readonly strings = new Map<string, number>();
  /** Strings of the library. */
  private shared: ReadonlyMap<string, number> | undefined;
  private putText: PutText;

  constructor(putText: PutText) {
    this.putText = putText;
  }

  /** Begins anew, with the data of `library`; the buffers so far stay their reader's. */
  clear(putText: PutText, library: Library | undefined): void {
    this.putText = putText;
    this.words.fill(0, 0, this.length / 4);
    this.length = 0;
    this.strings.clear();
    this.shared = library?.strings;
    this.buffers = new Map(library?.buffers);
    this.relocations = library === undefined ? [] : library.relocations.slice();
    if (library === undefined) return;
    this.reserve(4 * library.data.length);
    this.words.set(library.data);
  }

  /** The data so far, for a library. */
  keep(): Pick<Library, "data" | "relocations" | "strings" | "buffers"> {
    const { relocations, buffers } = this;
    return { data: this.content.slice(), relocations, buffers, strings: new Map(this.strings) };
  }

  /** Offset of `size` zero bytes of fresh memory. */
  reserve(size: number): number {
    const offset = this.length;
    this.length = (offset + size + 7) & ~7;
    if (this.length > this.bytes.length) this.grow(this.length);
    return offset;
  }

  /** Offset of the constant `text` with a NUL behind it; -1 when it holds one itself. */
  string(text: string): number {
    const known = this.strings.get(text) ?? this.shared?.get(text);
    if (known !== undefined) return known;
    if (text.includes("\0")) return -1;
    const offset = this.length;
    // A UTF-16 unit takes at most three bytes.
    const most = offset + 3 * text.length + 1;
    if (most > this.bytes.length) this.grow(most);
    const length = this.putText(text, this.bytes, offset);
    this.length = (offset + length + 8) & ~7;
    this.strings.set(text, offset);
    return offset;
  }

  /** Offset of a copy of `bytes`. */
  constant(bytes: Uint8Array): number {
    const offset = this.reserve(bytes.length);
    this.bytes.set(bytes, offset);
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
    this.relocations.push(at, target);
  }

  /** Writes an integer of `width` bytes at `at`, taken modulo its width. */
  put(at: number, width: 1 | 2 | 4 | 8, value: number | bigint): void {
    if (width === 8) {
      this.put(at, 4, wideLow(value));
      this.put(at + 4, 4, wideHigh(value));
    } else if (width === 4 && at % 4 === 0) this.words[at / 4] = Number(value);
    else for (let i = 0; i < width; i++) this.bytes[at + i] = Number(value) >>> (8 * i);
  }

  /** Copies `bytes` to `at`. */
  copy(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
  }

  /** The data so far; only until more is added. */
  get content(): Int32Array {
    return this.words.subarray(0, this.length / 4);
  }

  private grow(least: number): void {
    const bigger = new Uint8Array((Math.max(this.bytes.length * 2, least) + 7) & ~7);
    bigger.set(this.bytes);
    this.bytes = bigger;
    this.words = new Int32Array(bigger.buffer);
  }
}
