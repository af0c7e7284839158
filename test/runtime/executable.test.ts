import t from "tap";
import { parseExecutable } from "../../src/runtime/executable.ts";
import { elf } from "./elf-bytes.ts";

const text = (content: string) => parseExecutable(new TextEncoder().encode(content));
const script = (interpreter: string) => ({ kind: "script", interpreter });

t.test("the interpreter is the first word behind #!", (t) => {
  t.same(text("#!/bin/sh\necho"), script("/bin/sh"));
  t.same(text("#! \t/usr/bin/env  python3\n"), script("/usr/bin/env"));
  t.same(text("#!/bin/sh"), script("/bin/sh"), "without a line end");
  t.same(text("#!\n"), script(""));
  t.same(text("#!"), script(""));
  t.same(text(`#!/${"a".repeat(400)}\n`), script(`/${"a".repeat(253)}`), "the kernel reads 256 bytes");
  t.end();
});

t.test("a carriage return is part of the name, but not behind an argument", (t) => {
  t.same(text("#!/bin/sh\r\necho\r\n"), script("/bin/sh\r"));
  t.same(text("#!/bin/sh -e\r\n"), script("/bin/sh"));
  t.end();
});

t.test("other beginnings", (t) => {
  t.same(text(""), { kind: "empty" });
  t.same(text("echo hello\n"), { kind: "unknown" });
  t.same(text("#"), { kind: "unknown" });
  t.same(text("\u007fELF"), { kind: "unknown" }, "a torn header");
  t.same(text("\ufeff#!/bin/sh\n"), { kind: "byte-order-mark" });
  t.end();
});

t.test("ELF: machine, width, loader", (t) => {
  const kind = "elf";
  t.same(parseExecutable(elf({ machine: 62, loader: "/lib/ld.so" })), {
    kind,
    machine: "x86_64",
    bits: 64,
    loader: "/lib/ld.so",
  });
  t.same(parseExecutable(elf({ machine: 183 })), { kind, machine: "aarch64", bits: 64, loader: undefined });
  t.same(parseExecutable(elf({ machine: 3, bits: 32, loader: "/lib/ld-linux.so.2" })), {
    kind,
    machine: "i386",
    bits: 32,
    loader: "/lib/ld-linux.so.2",
  });
  t.match(parseExecutable(elf({ machine: 22, big: true, loader: "/lib/ld64.so.1" })), {
    machine: "s390x",
    loader: "/lib/ld64.so.1",
  });
  t.match(parseExecutable(elf({ machine: 21 })), { machine: "powerpc64le" });
  t.match(parseExecutable(elf({ machine: 21, big: true })), { machine: "powerpc64" });
  t.match(parseExecutable(elf({ machine: 999 })), { machine: "machine 999" });
  t.end();
});

t.test("tables that point outside of what was read name no loader", (t) => {
  const far = elf({ machine: 62, loader: "/lib/ld.so" });
  t.match(parseExecutable(far.subarray(0, far.length - 2)), { machine: "x86_64", loader: undefined });
  t.match(parseExecutable(far.subarray(0, 80)), { machine: "x86_64", loader: undefined });
  const wild = far.slice();
  wild.fill(0xff, 32, 40);
  t.match(parseExecutable(wild), { machine: "x86_64", loader: undefined });
  t.end();
});
