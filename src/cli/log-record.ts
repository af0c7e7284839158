/** One entry of the log, as logrus (the logger of the managers' world) writes it. */
export interface LogRecord {
  level: "debug" | "warning" | "error";
  msg: string;
  /** RFC 3339 in UTC. */
  time: string;
  /** Further fields in the order in which they are written. */
  fields: Readonly<Record<string, string | readonly string[]>>;
}

/** The record as one line of JSON with the keys level, msg, time first, which is what managers decode. */
export function jsonLine(record: LogRecord): string {
  const { level, msg, time, fields } = record;
  return `${JSON.stringify({ level, msg, time, ...fields })}\n`;
}

/** The record as one line of `key=value` words. */
export function textLine(record: LogRecord): string {
  const words = [
    `time=${quoted(record.time)}`,
    `level=${record.level}`,
    `msg=${quoted(record.msg)}`,
    ...Object.entries(record.fields).map(([key, value]) => `${key}=${quoted(String(value))}`),
  ];
  return `${words.join(" ")}\n`;
}

function quoted(text: string): string {
  return /^[A-Za-z0-9\-._/@^+]+$/.test(text) ? text : JSON.stringify(text);
}

/**
 * `text` on one line that a terminal can show safely: containers and hooks choose parts of error texts, so control
 * characters become escapes.
 */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
