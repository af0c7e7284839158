/** Manual pages in the man(7) macros, which groff and mandoc both read. */

/** A tagged entry of a list: an option, a file, an exit status. */
export interface Entry {
  tag: string;
  text: string;
}

/** An example: what it shows, and the lines to type. */
export interface Example {
  text: string;
  lines: readonly string[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** `text` as roff prints it literally within a line. */
export function escapeRoff(text: string): string {
  return text.replace(/[\\\-'`^~]/g, (found) => ESCAPES[found] ?? found);
}

/** A whole line of code: at its start roff would take a dot for a request. */
function codeLine(text: string): string {
  return `${escapeRoff(text).replace(/^\./, "\\&.")}\n`;
}

export function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escapeRoff(text)}\\fR`;
}

const LINE_WIDTH = 78;

/** Prose in short lines: what is between backticks becomes bold. */
export function prose(text: string): string {
  const parts = text.split("`").map((part, index) => (index % 2 === 0 ? escapeRoff(part) : bold(part)));
  const lines: string[] = [];
  let line = "";
  for (const word of parts.join("").split(" ")) {
    if (line !== "" && line.length + word.length >= LINE_WIDTH) {
      lines.push(line);
      line = "";
    }
    // A word may come to stand at the start of a line, where roff takes a dot for a request.
    line = line === "" ? word.replace(/^\./, "\\&.") : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** The first line of a page. There is no date, so that the same sources always give the same page. */
export function titleLine(name: string, version: string): string {
  return `.TH ${escapeRoff(name.toUpperCase())} 8 "" "runt ${version}" "System Administration"\n`;
}

/** A section; nothing when it has no content. */
export function section(title: string, body: string): string {
  return body === "" ? "" : `.SH ${title}\n${body}`;
}

/** Paragraphs of prose. */
export function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `${prose(text)}\n`).join(".PP\n");
}

/** A list whose tags are roff already, and whose texts are prose. */
export function entries(list: readonly Entry[]): string {
  return list.map(({ tag, text }) => `.TP\n${tag}\n${prose(text)}\n`).join("");
}

/** Examples, each a sentence and the lines to type. */
export function examples(list: readonly Example[]): string {
  return list
    .map(({ text, lines }, index) => {
      const code = lines.map(codeLine).join("");
      return `${index === 0 ? "" : ".PP\n"}${prose(text)}\n.PP\n.RS 4\n.nf\n${code}.fi\n.RE\n`;
    })
    .join("");
}

/** References to other pages, "name(section)" each. */
export function references(pages: readonly string[]): string {
  return pages
    .map((page, index) => {
      const [name = "", number = ""] = page.slice(0, -1).split("(");
      return `.BR ${escapeRoff(name)} (${number})${index === pages.length - 1 ? "" : " ,"}\n`;
    })
    .join("");
}
