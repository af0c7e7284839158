import type { Call, Field, Operand, Pointer } from "./call.ts";

const CLONE_WORDS: readonly (readonly [number, string])[] = [
  [0x20000, "NEWNS"],
  [0x2000000, "NEWCGROUP"],
  [0x4000000, "NEWUTS"],
  [0x8000000, "NEWIPC"],
  [0x10000000, "NEWUSER"],
  [0x20000000, "NEWPID"],
  [0x40000000, "NEWNET"],
  [0x80, "NEWTIME"],
];

function cloneWords(flags: number): string {
  const words = CLONE_WORDS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? "0" : words.join("|");
}

function printNumber(value: number | bigint): string {
  if (value === -100) return "AT_FDCWD";
  return value >= 4096 ? `0x${value.toString(16)}` : String(value);
}

function printBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 24), (byte) =>
    byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
  return `"${shown}"${bytes.length > 24 ? `…(${bytes.length} bytes)` : ""}`;
}

function printField(field: Field): string {
  if ("u8" in field) return printNumber(field.u8);
  if ("u16" in field) return printNumber(field.u16);
  if ("u32" in field) return printNumber(field.u32);
  if ("u64" in field) return printNumber(field.u64);
  if ("bytes" in field) return printBytes(field.bytes);
  if ("slot" in field) return `$${field.slot}`;
  return `&${printPointer(field.ptr)}`;
}

function printPointer(pointer: Pointer): string {
  if ("str" in pointer) return JSON.stringify(pointer.str);
  if ("vec" in pointer) {
    return JSON.stringify(pointer.vec.map((part) => (typeof part === "string" ? part : `$${part.slot}`)));
  }
  if ("bytes" in pointer) return printBytes(pointer.bytes);
  if ("buf" in pointer) return `&${pointer.buf}`;
  if ("text" in pointer) {
    return JSON.stringify(
      pointer.text.map((part) => (typeof part === "string" ? part : `$${part.slot}`)).join(""),
    );
  }
  return `{${pointer.block.map(printField).join(", ")}}`;
}

/** An operand as a person reads it: "$rootfs.fd" for slots, quoted strings, octal-free numbers. */
export function printOperand(operand: Operand): string {
  if (typeof operand === "number" || typeof operand === "bigint") return printNumber(operand);
  if ("slot" in operand) return `$${operand.slot}`;
  return printPointer(operand);
}

/** One call as one or more lines of text, without indentation. */
export function printCall(call: Call): string[] {
  switch (call.op) {
    case "sys": {
      const into = call.into === undefined ? "" : `$${call.into} = `;
      const expect = call.expect === undefined ? "" : ` == ${call.expect}`;
      const lines = [`${into}${call.name}(${call.args.map(printOperand).join(", ")})${expect}`];
      for (const load of call.load ?? []) {
        lines.push(`  $${load.into} = ${load.buf}[${load.offset}..+${load.width}]`);
      }
      for (const rule of call.tolerate ?? []) {
        lines.push(`  ${rule.errno}: ${rule.to === undefined ? "go on" : `go to ${rule.to}`} (${rule.why})`);
      }
      return lines;
    }
    case "spawn": {
      const cgroup = call.cgroup === undefined ? "" : `, cgroup=$${call.cgroup}`;
      const head = `$${call.into} = clone3(${cloneWords(call.flags)}${cgroup}), the child:`;
      return [head, ...call.child.flatMap(printCall).map((line) => `  | ${line}`)];
    }
    case "assert": {
      const mask = call.mask === undefined ? "" : ` & ${printNumber(call.mask)}`;
      return [`assert $${call.slot}${mask} == ${printNumber(call.equals)}, else ${call.errno}: ${call.why}`];
    }
    case "branch": {
      const mask = call.mask === undefined ? "" : ` & ${printNumber(call.mask)}`;
      return [`if $${call.slot}${mask} == ${printNumber(call.equals)} go to ${call.to}`];
    }
    case "set":
      return [`$${call.slot} = ${printOperand(call.value)}`];
    case "goto":
      return [`go to ${call.to}`];
    case "label":
      return [`${call.name}:`];
    case "watch":
      return [`watch signals 0x${call.mask.toString(16)} on $${call.fd}`];
    case "fail":
      return [`fail ${call.errno}: ${call.why}`];
  }
}

/** The call in one line, for an error text. */
export function callLine(call: Call): string {
  return (printCall(call)[0] ?? "").replace(/, the child:$/, "");
}
