/** Numbers out of the C headers of the kernel and the C library. */
import { readFileSync } from "node:fs";

/** The `#define NAME number` lines of a header below /usr/include whose names match. */
export function definesOf(header: string, names: RegExp): Record<string, number> {
  const defines: Record<string, number> = {};
  const line = /^#\s*define\s+(\w+)\s+\(?(0x[0-9a-fA-F]+|\d+)\)?\s*(?:\/\*.*|\/\/.*)?$/gm;
  for (const [, name = "", number] of readFileSync(`/usr/include/${header}`, "utf8").matchAll(line)) {
    if (names.test(name)) defines[name] = Number(number);
  }
  return defines;
}
