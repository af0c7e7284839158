import { RuntError } from "../error/runt-error.ts";
import type { Finding } from "./finding.ts";
import { pointerOf } from "./pointer.ts";

/** Longest text that is parsed, in characters. */
const LONGEST = 16 * 1024 * 1024;
/** Deepest nesting of objects and arrays. */
const DEEPEST = 512;
const BYTE_ORDER_MARK = 0xfeff;

/** A parsed document: its value, and what is odd about its text. */
export interface Parsed {
  value: unknown;
  findings: Finding[];
}

/**
 * Parses JSON. A key that appears twice in an object is a finding (SPEC(glossary#json) forbids it; the last one counts).
 * Throws JSON, with line and column, for text that is not JSON, nests too deep or is too long. `name` is the file.
 */
export function parseJson(text: string, name: string): Parsed {
  if (text.length > LONGEST) {
    throw new RuntError({
      code: "JSON",
      message: `${name}: the text has ${text.length} characters, more than ${LONGEST}`,
      hint: "no config needs that much; check that it is the right file",
    });
  }
  const body = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    // An engine that is out of memory says so by an InternalError, or by null; reading again would take more.
    if (cause === null || (cause as Error).name === "InternalError") throw cause;
    new Reader(body, name).scan();
    throw new RuntError({ code: "JSON", message: `${name}: the text cannot be parsed`, cause });
  }
  // The engine's parser says nothing about duplicates; reading the text again is only worth it when keys got lost.
  const lost = memberCount(body) !== keyCount(value, 0);
  return { value, findings: lost ? new Reader(body, name).scan() : [] };
}

/** How many members the objects of a valid text have, or more: a colon behind a quote may stand inside a string. */
function memberCount(text: string): number {
  return text.match(/"\s*:/g)?.length ?? 0;
}

/**
 * How many keys the objects of a value have; NaN, which equals nothing, when the text has to be read again for another
 * reason: it nests too deep, or a number may be rounded.
 */
function keyCount(value: unknown, depth: number): number {
  if (typeof value === "number") return mayBeRounded(value) ? Number.NaN : 0;
  if (typeof value !== "object" || value === null) return 0;
  if (depth >= DEEPEST) return Number.NaN;
  const inner = Object.values(value);
  let count = Array.isArray(value) ? 0 : inner.length;
  for (const one of inner) count += keyCount(one, depth + 1);
  return count;
}

/** The greatest integers of 63 and 64 bits come out as these; everybody means "no limit" by them. */
const NO_LIMIT: readonly number[] = [2 ** 63, 2 ** 64];

function mayBeRounded(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !NO_LIMIT.includes(value);
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
/** The part of a string up to its next quote, escape or raw control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Walks the text once, to place errors and to notice duplicate keys. */
class Reader {
  private readonly text: string;
  private readonly name: string;
  private readonly findings: Finding[] = [];
  private at = 0;
  /** The line that `place` counted up to last: its number, and where it starts. */
  private line = 1;
  private lineStart = 0;

  constructor(text: string, name: string) {
    this.text = text;
    this.name = name;
  }

  scan(): Finding[] {
    this.blank();
    this.value([]);
    this.blank();
    if (this.at < this.text.length) throw this.error("the end of the document");
    return this.findings;
  }

  private value(path: string[]): void {
    const first = this.text[this.at];
    if (path.length >= DEEPEST && (first === "{" || first === "[")) {
      throw this.error(`at most ${DEEPEST} levels of nesting`);
    }
    if (first === "{") this.object(path);
    else if (first === "[") this.array(path);
    else if (first === '"') this.string();
    else if (!this.number(path) && !this.match(LITERAL)) throw this.error("a value");
  }

  private object(path: string[]): void {
    const seen = new Set<string>();
    this.at++;
    this.blank();
    if (this.take("}")) return;
    for (;;) {
      if (this.text[this.at] !== '"') throw this.error('a key in double quotes, or "}"');
      const from = this.at;
      const key = this.string();
      if (seen.has(key)) this.duplicate([...path, key], from);
      seen.add(key);
      this.blank();
      if (!this.take(":")) throw this.error('":" after the key');
      this.blank();
      path.push(key);
      this.value(path);
      path.pop();
      this.blank();
      if (this.take("}")) return;
      if (!this.take(",")) throw this.error('"," or "}"');
      this.blank();
    }
  }

  private array(path: string[]): void {
    this.at++;
    this.blank();
    if (this.take("]")) return;
    for (let i = 0; ; i++) {
      path.push(String(i));
      this.value(path);
      path.pop();
      this.blank();
      if (this.take("]")) return;
      if (!this.take(",")) throw this.error('"," or "]"');
      this.blank();
    }
  }

  private number(path: readonly string[]): boolean {
    const from = this.at;
    if (!this.match(NUMBER)) return false;
    const text = this.text.slice(from, this.at);
    if (!/^-?[0-9]+$/.test(text) || !mayBeRounded(Number(text))) return true;
    const rounded = BigInt(Number(text));
    if (rounded !== BigInt(text)) this.rounded(path, from, text, rounded);
    return true;
  }

  /** Reads a string, and gives what it says. */
  private string(): string {
    const from = this.at++;
    // One pattern for a whole string would overflow the engine's stack on a long one.
    do this.match(PLAIN);
    while (this.match(ESCAPE));
    if (this.take('"')) return JSON.parse(this.text.slice(from, this.at)) as string;
    if (this.text[this.at] === "\\") throw this.error("an escape such as \\n or \\u00e9", 2);
    throw this.error("the double quote that ends the string");
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private blank(): void {
    this.match(BLANK);
  }

  private take(mark: string): boolean {
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private duplicate(path: readonly string[], at: number): void {
    const key = path[path.length - 1] ?? "";
    this.findings.push({
      severity: "error",
      code: "JSON",
      pointer: pointerOf(path),
      message: `${this.place(at)}: the key ${JSON.stringify(key)} appears twice in the same object`,
      hint: "remove one of them",
    });
  }

  private rounded(path: readonly string[], at: number, text: string, rounded: bigint): void {
    this.findings.push({
      severity: "warning",
      code: "JSON",
      pointer: pointerOf(path),
      message: `${this.place(at)}: the number ${text} is rounded to ${rounded}`,
      hint: "use a number that 53 bits can hold exactly",
    });
  }

  /** Where `at` is; goes on from the place before, so that many of them take no longer than the text. */
  private place(at: number): string {
    for (let end = this.text.indexOf("\n", this.lineStart); end >= 0 && end < at; ) {
      this.line++;
      this.lineStart = end + 1;
      end = this.text.indexOf("\n", this.lineStart);
    }
    return `line ${this.line}, column ${at - this.lineStart + 1}`;
  }

  /** The error that something else stands here; the next `length` characters are shown. */
  private error(expected: string, length = 1): RuntError {
    const rest = this.text.slice(this.at, this.at + length);
    const found = rest === "" ? "the end of the text" : JSON.stringify(rest);
    return new RuntError({
      code: "JSON",
      message: `${this.name}: ${this.place(this.at)}: expected ${expected}, found ${found}`,
      hint: "correct the JSON there",
    });
  }
}
