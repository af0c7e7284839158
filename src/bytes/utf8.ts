/** UTF-8 for hosts that have no TextEncoder (the core is ECMAScript only). */

/** Writes the UTF-8 bytes of `text` at `at`; gives the place behind them. A lone surrogate becomes U+FFFD. */
function writeUtf8(text: string, out: Uint8Array, at: number): number {
  let n = at;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      out[n++] = code;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(i + 1);
      const paired = code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff;
      code = paired ? 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00) : 0xfffd;
      if (paired) i++;
    }
    if (code < 0x800) {
      out[n++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) out[n++] = 0xe0 | (code >> 12);
      else {
        out[n++] = 0xf0 | (code >> 18);
        out[n++] = 0x80 | ((code >> 12) & 63);
      }
      out[n++] = 0x80 | ((code >> 6) & 63);
    }
    out[n++] = 0x80 | (code & 63);
  }
  return n;
}

/** The UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD, as the Encoding Standard does. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  return out.subarray(0, writeUtf8(text, out, 0));
}

/** Writes `text` in UTF-8 at `at` of `bytes`, which has room for three bytes per UTF-16 unit; gives the number of bytes. */
export function putUtf8(text: string, bytes: Uint8Array, at: number): number {
  return writeUtf8(text, bytes, at) - at;
}

/** The number of UTF-8 bytes of `text`. */
export function utf8Length(text: string): number {
  return isAscii(text) ? text.length : encodeUtf8(text).length;
}

/** True when every character takes one byte; the engine's own code looks. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** One code point of `bytes` at `at`: its value and length; malformed bytes give U+FFFD and length 1. */
function codePointAt(bytes: Uint8Array, at: number): [number, number] {
  const first = bytes[at] as number;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 1) return [first, 1];
  if (length === 0 || first > 0xf4 || at + length > bytes.length) return [0xfffd, 1];
  let code = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] as number;
    if ((byte & 0xc0) !== 0x80) return [0xfffd, 1];
    code = (code << 6) | (byte & 63);
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return [0xfffd, 1];
  return [code, length];
}

/** The text of UTF-8 `bytes`; malformed sequences become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  const chunk: number[] = [];
  while (from < bytes.length) {
    const [code, length] = codePointAt(bytes, from);
    from += length;
    chunk.push(code);
    if (chunk.length === 4096) {
      text += String.fromCodePoint(...chunk);
      chunk.length = 0;
    }
  }
  return text + String.fromCodePoint(...chunk);
}
