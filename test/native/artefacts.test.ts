import { readFileSync } from "node:fs";
import t from "tap";
import { DT, ET, PF, PT, readElf, SHT } from "./elf.ts";

const init = readFileSync("build/native/runt-init");
const library = readFileSync("build/native/libruntsys.so");

t.test("runt-init is small, static and has nothing to relocate", (t) => {
  const elf = readElf(init);
  const types = elf.segments.map(({ type }) => type);
  t.ok(init.length <= 8192, `${init.length} bytes`);
  t.equal(elf.type, ET.EXEC);
  t.notOk(types.includes(PT.INTERP), "no interpreter");
  t.notOk(types.includes(PT.DYNAMIC), "no dynamic table");
  t.notOk(elf.sections.includes(SHT.REL) || elf.sections.includes(SHT.RELA), "no relocations");
  t.end();
});

t.test("no memory of runt-init or the library is both writable and executable", (t) => {
  for (const elf of [readElf(init), readElf(library)]) {
    for (const { flags } of elf.segments) t.notOk((flags & PF.W) !== 0 && (flags & PF.X) !== 0);
    const stack = elf.segments.find(({ type }) => type === PT.GNU_STACK);
    t.equal(stack && stack.flags & PF.X, 0, "the stack is not executable");
  }
  t.end();
});

t.test("the library needs no other library", (t) => {
  const elf = readElf(library);
  t.equal(elf.type, ET.DYN);
  t.notOk(elf.dynamic.includes(DT.NEEDED));
  t.end();
});

/** Lines of `text` that are more than a comment. */
function codeLines(text: string): number {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}

t.test("the C of runt-init stays readable in one sitting", (t) => {
  const files = ["interpreter.c", "check.c", "memory.c", "init/init.c"].map((name) => `native/${name}`);
  const lines = files.map((path) => readFileSync(path, "utf8").split("\n").length - 1);
  const total = lines.reduce((sum, count) => sum + count, 0);
  t.ok(total <= 600, `${total} lines`);
  const headers = ["native/interpreter.h", "native/syscall.h"];
  const code = [...files, ...headers].reduce((sum, path) => sum + codeLines(readFileSync(path, "utf8")), 0);
  t.ok(code <= 600, `${code} lines of code, headers included`);
  t.end();
});
