/**
 * Writes the library's type declarations: emit-types.mjs FOLDER. Only what index.ts needs, with the types of the
 * specification written out, since they are inferred from zod, which users of the package do not have.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import ts from "typescript";

const ENTRY = "src/index.ts";
const INFERRED = "src/spec/types.ts";

/** A program of the library with the project's own options, that can emit declarations. */
function createProgram(): ts.Program {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, process.cwd());
  const emitting = { noEmit: false, declaration: true, emitDeclarationOnly: true };
  return ts.createProgram([ENTRY], {
    ...options,
    ...emitting,
    rootDir: resolve("src"),
    outDir: resolve("src"),
  });
}

/** The emitted declarations by path below src. */
function emit(program: ts.Program): Map<string, string> {
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    files.set(posix.relative(resolve("src"), resolve(path)), text);
  });
  const errors = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (errors.length > 0) {
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => "\n",
    };
    throw new Error(ts.formatDiagnostics(errors, host));
  }
  return files;
}

/** Every exported type of `path` with its comment, written out in full. */
function writeOut(program: ts.Program, path: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  if (source === undefined) throw new Error(`${path} is not part of the library`);
  const flags =
    ts.NodeBuilderFlags.NoTruncation |
    ts.NodeBuilderFlags.InTypeAlias |
    ts.NodeBuilderFlags.MultilineObjectLiterals;
  const printer = ts.createPrinter();
  const texts = source.statements.filter(ts.isTypeAliasDeclaration).map((alias) => {
    const node = checker.typeToTypeNode(checker.getTypeAtLocation(alias.name), undefined, flags);
    if (node === undefined) throw new Error(`${path}: ${alias.name.text} cannot be written out`);
    const comments = ts.getLeadingCommentRanges(source.text, alias.pos) ?? [];
    const comment = comments.map(({ pos, end }) => `${source.text.slice(pos, end)}\n`).join("");
    const type = printer.printNode(ts.EmitHint.Unspecified, node, source);
    return `${comment}export type ${alias.name.text} = ${type};\n`;
  });
  return texts.join("");
}

/** The declarations that can be reached from `entry`, their imports ending in ".js" as every resolver takes them. */
function reachable(files: ReadonlyMap<string, string>, entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files.get(path);
    if (text === undefined) throw new Error(`${path} has not been emitted`);
    let rewritten = text;
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (!fileName.startsWith(".")) throw new Error(`${path} needs the types of ${fileName}`);
      const target = posix.join(posix.dirname(path), fileName.replace(/\.ts$/, ".d.ts"));
      if (!found.has(target)) waiting.push(target);
      rewritten = rewritten.replaceAll(`"${fileName}"`, `"${fileName.replace(/\.ts$/, ".js")}"`);
    }
    found.set(path, rewritten);
  }
  return found;
}

const [folder = ""] = process.argv.slice(2);
const program = createProgram();
const declared = (path: string): string => path.replace(/^src\//, "").replace(/\.ts$/, ".d.ts");
const files = emit(program).set(declared(INFERRED), writeOut(program, INFERRED));
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of reachable(files, declared(ENTRY))) {
  const target = `${folder}/${path}`;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
