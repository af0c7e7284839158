import { putUtf8 } from "../bytes/utf8.ts";
import type { RuntError } from "../error/runt-error.ts";
import type { Call, Field, Pointer, Slot } from "./call.ts";
import { DataSection, type PutText } from "./data-section.ts";
import type { Library } from "./library.ts";
import { broken, renderText } from "./render-text.ts";

/** Adds the op that stores `slot` at offset `at` of the data, for an operand of `call`. */
export type Store = (call: Call, at: number, width: 4 | 8, slot: Slot) => void;

/** Where the operands of a program are: slots by number, everything else in the data. */
export class Placement {
  readonly data = new DataSection(putUtf8);
  slots = new Map<Slot, number>();
  /** Constants that are used more than once, by identity. */
  private readonly placed = new Map<object, number>();
  private known: ReadonlyMap<Slot, number> = this.slots;
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** Begins anew, with what `library` has. `known` are the slots that texts may print. */
  clear(known: ReadonlyMap<Slot, number>, putText: PutText, library: Library | undefined): void {
    this.known = known;
    this.data.clear(putText, library);
    this.slots = new Map(library?.slots);
    if (this.placed.size > 0) this.placed.clear();
  }

  /** The number of a slot; a new one at its first use. */
  slot(name: Slot): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const index = this.slots.size;
    this.slots.set(name, index);
    return index;
  }

  /** Offset of an operand that is passed as an address. */
  place(call: Call, operand: Pointer): number {
    if ("str" in operand) return this.string(operand.str);
    if ("block" in operand) return this.block(call, operand.block);
    if ("buf" in operand) return this.data.buffer(operand.buf, operand.size);
    if ("text" in operand) return this.string(renderText(operand.text, this.known));
    const key = "vec" in operand ? operand.vec : operand.bytes;
    let offset = this.placed.get(key);
    if (offset === undefined) {
      offset = "vec" in operand ? this.vector(operand.vec) : this.data.constant(operand.bytes);
      this.placed.set(key, offset);
    }
    return offset;
  }

  /** Offset of a string. */
  string(text: string): number {
    const offset = this.data.string(text);
    if (offset < 0) throw stringHoldsNul(text);
    return offset;
  }

  private vector(parts: readonly (string | { slot: Slot })[]): number {
    const offset = this.data.reserve(8 * (parts.length + 1));
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string | { slot: Slot };
      const text = typeof part === "string" ? part : renderText([part], this.known);
      this.data.pointer(offset + 8 * i, this.string(text));
    }
    return offset;
  }

  private block(call: Call, fields: readonly Field[]): number {
    const { data } = this;
    let size = 0;
    for (let i = 0; i < fields.length; i++) size += fieldWidth(fields[i] as Field);
    const offset = data.reserve(size);
    let at = offset;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as Field;
      if ("u64" in field) data.put(at, 8, field.u64);
      else if ("u32" in field) data.put(at, 4, field.u32);
      else if ("slot" in field) this.store(call, at, field.width, field.slot);
      else if ("ptr" in field) data.pointer(at, this.place(call, field.ptr));
      else if ("bytes" in field) data.copy(at, field.bytes);
      else if ("u16" in field) data.put(at, 2, field.u16);
      else data.put(at, 1, field.u8);
      at += fieldWidth(field);
    }
    return offset;
  }
}

/** The error for a string that would end too early. */
export function stringHoldsNul(text: string): RuntError {
  return broken(`a string of the plan holds a NUL byte: ${text}`);
}

function fieldWidth(field: Field): number {
  if ("u64" in field || "ptr" in field) return 8;
  if ("u32" in field) return 4;
  if ("slot" in field) return field.width;
  if ("bytes" in field) return field.bytes.length;
  return "u16" in field ? 2 : 1;
}
