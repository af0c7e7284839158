/** What a host makes of texts. */
import type { Host } from "../../src/host/port.ts";
import { type Clause, equal } from "./clause.ts";

const LAST = 0x10ffff;

/** A text and its bytes. */
const TEXTS: readonly (readonly [name: string, text: string, bytes: readonly number[]])[] = [
  ["nothing", "", []],
  ["ASCII", "a\0b", [0x61, 0, 0x62]],
  ["two bytes", "\u0080ä\u07ff", [0xc2, 0x80, 0xc3, 0xa4, 0xdf, 0xbf]],
  ["three bytes", "\u0800€\uffff", [0xe0, 0xa0, 0x80, 0xe2, 0x82, 0xac, 0xef, 0xbf, 0xbf]],
  ["around the surrogates", "\ud7ff\ue000", [0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80]],
  ["four bytes", `😀${String.fromCodePoint(LAST)}`, [0xf0, 0x9f, 0x98, 0x80, 0xf4, 0x8f, 0xbf, 0xbf]],
];

const REPLACED = [0xef, 0xbf, 0xbd];

/** Texts with lone surrogates. */
const BROKEN_TEXTS: readonly (readonly [name: string, text: string, bytes: readonly number[]])[] = [
  ["a high surrogate at the end", "a\ud800", [0x61, ...REPLACED]],
  ["a high surrogate before a letter", "\udbffb", [...REPLACED, 0x62]],
  ["a low surrogate", "\udc00", REPLACED],
  ["surrogates in the wrong order", "\udc00\ud800", [...REPLACED, ...REPLACED]],
];

/** Bytes that are not UTF-8, between two letters. */
const BROKEN_BYTES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ["a byte that is never used", [0xff]],
  ["a lone continuation", [0x80]],
  ["a sequence cut short", [0xe2, 0x82]],
  ["an ASCII letter in too many bytes", [0xc1, 0xa1]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a surrogate cut short, and a letter", [0xed, 0xbf]],
  ["a number beyond the last", [0xf4, 0x90, 0x80, 0x80]],
];

export const textCases: readonly Clause[] = [
  ...[...TEXTS, ...BROKEN_TEXTS].map(([name, text, bytes]) => ({
    name: `bytes of a text: ${name}`,
    check: ({ putText }: Host) => {
      const room = new Uint8Array(2 + 3 * text.length + 1).fill(0xaa);
      const length = putText(text, room, 2);
      return [
        equal("length", length, bytes.length),
        equal("bytes", [...room.subarray(0, 2 + bytes.length)], [0xaa, 0xaa, ...bytes]),
        equal("what lies behind the room", [...room.subarray(-1)], [0xaa]),
      ];
    },
  })),
  ...TEXTS.map(([name, text, bytes]) => ({
    name: `text of bytes: ${name}`,
    check: (host: Host) => [
      equal("text", host.text(Uint8Array.from([0x78, ...bytes, 0x78]).subarray(1, 1 + bytes.length)), text),
    ],
  })),
  ...BROKEN_BYTES.map(([name, bytes]) => ({
    name: `text of bytes that are not UTF-8: ${name}`,
    check: (host: Host) => {
      const text = host.text(Uint8Array.from([0x61, ...bytes, 0x62]));
      const inside = text.slice(1, -1);
      return [
        equal("the letter before", text.slice(0, 1), "a"),
        equal("the letter behind", text.slice(-1), "b"),
        // How many of them an ill-formed sequence becomes differs from host to host.
        equal("only replacements between", inside, "\ufffd".repeat(Math.max(inside.length, 1))),
      ];
    },
  })),
];
