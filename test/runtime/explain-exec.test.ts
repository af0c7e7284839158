/** Real files below a folder that plays the container's root; needs no privilege. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import t from "tap";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import { O } from "../../src/plan/build.ts";
import { explainExec, type FailedExec } from "../../src/runtime/explain-exec.ts";
import { elf } from "./elf-bytes.ts";

const host = createNodeHost();
const sys = new Sys(host);
const folder = mkdtempSync(join(tmpdir(), "runt-explain-"));
const root = sys.open(folder, O.PATH);
t.teardown(() => {
  sys.close(root);
  rmSync(folder, { recursive: true, force: true });
});

const OWN = host.arch === "x86_64" ? 62 : 183;
const OTHER = host.arch === "x86_64" ? 183 : 62;
const OTHER_NAME = host.arch === "x86_64" ? "aarch64" : "x86_64";

function put(path: string, content: string | Uint8Array, mode = 0o755): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  chmodSync(join(folder, path), mode);
}

function explain(name: string, errno: string, more: Partial<FailedExec> = {}) {
  const step = { kind: "exec", from: "/process/args", title: "execute", calls: [] } as const;
  const failure = { call: { op: "sys", name: "execve", args: [] }, errno, value: 0 } as const;
  const { code, message, hint, pointer } = explainExec(sys, { root, step, failure, args: [name], ...more });
  t.equal(pointer, "/process/args");
  return { code, message, hint };
}

put("/bin/sh", elf({ machine: OWN }));

t.test("missing interpreter, loader and program are named", (t) => {
  put("/run.sh", "#!/bin/bash -e\n");
  t.match(explain("/run.sh", "ENOENT"), {
    code: "EXEC_NOT_FOUND",
    message:
      "exec /run.sh: no such file or directory (/run.sh is a script for /bin/bash, which is not in the container)",
    hint: /^install \/bin\/bash/,
  });
  put("/app", elf({ machine: OWN, loader: "/lib/ld-musl.so.1" }));
  t.match(explain("/app", "ENOENT"), {
    code: "EXEC_NOT_FOUND",
    message: /\/app needs the loader \/lib\/ld-musl\.so\.1, which is not in the container/,
    hint: /glibc or musl/,
  });
  t.match(explain("/gone", "ENOENT"), {
    code: "EXEC_NOT_FOUND",
    message: /^exec \/gone: no such file or directory \(it is not in the container/,
  });
  t.end();
});

t.test("a carriage return in the #! line is shown", (t) => {
  put("/dos.sh", "#!/bin/sh\r\necho\r\n");
  t.match(explain("/dos.sh", "ENOENT"), {
    code: "EXEC_NOT_FOUND",
    message: /the #! line of \/dos\.sh ends in a carriage return, so the kernel looks for "\/bin\/sh\\r"/,
    hint: /dos2unix/,
  });
  t.end();
});

t.test("the fault of an interpreter is told as its own", (t) => {
  put("/usr/bin/python", elf({ machine: OWN, loader: "/lib/none.so" }));
  put("/py", "#!/usr/bin/python\n");
  t.match(explain("/py", "ENOENT").message, /\/usr\/bin\/python needs the loader \/lib\/none\.so/);
  put("/usr/bin/other", elf({ machine: OTHER }));
  put("/other", "#!/usr/bin/other\n");
  t.match(
    explain("/other", "ENOEXEC").message,
    new RegExp(`/usr/bin/other \\(the interpreter of /other\\) is a program for ${OTHER_NAME}`),
  );
  put("/usr/bin/closed", elf({ machine: OWN }), 0o644);
  put("/closed", "#!/usr/bin/closed\n");
  t.match(explain("/closed", "EACCES"), { hint: "chmod +x /usr/bin/closed" });
  put("/loop", "#!/loop\n");
  t.match(explain("/loop", "ELOOP").message, /interpreters are scripts again/);
  t.end();
});

t.test("files that are no programs", (t) => {
  const code = "EXEC_NOT_EXECUTABLE";
  put("/empty", "");
  t.match(explain("/empty", "ENOEXEC"), {
    code,
    message: "exec /empty: exec format error (/empty is empty)",
  });
  put("/plain", "echo\n");
  t.match(explain("/plain", "ENOEXEC"), { code, message: /neither an ELF program nor a script/ });
  put("/bom", "\ufeff#!/bin/sh\n");
  t.match(explain("/bom", "ENOEXEC"), { code, message: /begins with a byte order mark/ });
  put("/nameless", "#!\n");
  t.match(explain("/nameless", "ENOEXEC"), { code, message: /names no interpreter/ });
  put("/foreign", elf({ machine: OTHER }));
  t.match(explain("/foreign", "ENOEXEC"), {
    code,
    message: new RegExp(`/foreign is a program for ${OTHER_NAME}, this machine is ${host.arch}`),
    hint: /binfmt_misc/,
  });
  mkdirSync(join(folder, "dir"));
  t.match(explain("/dir", "EACCES"), { code, message: /\/dir is a directory/ });
  t.end();
});

t.test("permissions", (t) => {
  put("/no-x", "#!/bin/sh\n", 0o644);
  t.match(explain("/no-x", "EACCES"), {
    code: "EXEC_NOT_EXECUTABLE",
    message: "exec /no-x: permission denied (/no-x has no execute permission)",
    hint: "chmod +x /no-x",
  });
  put("/mine", "#!/bin/sh\n", 0o700);
  t.match(explain("/mine", "EACCES").message, /\/mine has mode 0700 and belongs to \d+:\d+/);
  t.match(explain("/mine", "EPERM").message, /capabilities that process\.capabilities\.bounding lacks/);
  t.match(explain("/mine", "E2BIG").message, /too long together/);
  t.match(explain("/mine", "EIO").message, /^exec \/mine: input\/output error$/);
  t.end();
});

t.test("names are found as the kernel and execvp found them", (t) => {
  put("/work/run", "#!/none\n");
  t.match(explain("./run", "ENOENT", { cwd: "/work" }).message, /\/work\/\.\/run is a script for \/none/);
  put("/opt/bin/tool", "#!/none\n");
  const path = "/bin:/opt/bin";
  t.match(explain("tool", "ENOENT", { path }).message, /^exec \/opt\/bin\/tool: .*script for \/none/);
  put("/rel", "#!sub/interp\n");
  put("/work/sub/interp", "");
  t.match(
    explain("/rel", "ENOEXEC", { cwd: "/work" }).message,
    /\/work\/sub\/interp \(the interpreter of \/rel\) is empty/,
  );
  t.end();
});

t.test("links stay inside the root", (t) => {
  const outside = mkdtempSync(join(tmpdir(), "runt-outside-"));
  t.teardown(() => rmSync(outside, { recursive: true, force: true }));
  writeFileSync(join(outside, "secret"), "#!/leaked\n", { mode: 0o755 });
  symlinkSync(join(outside, "secret"), join(folder, "link"));
  t.match(explain("/link", "ENOENT").message, /it is not in the container/);
  symlinkSync("../../../../bin/none", join(folder, "up"));
  put("/bin/none", "#!/inside\n");
  t.match(explain("/up", "ENOENT").message, /script for \/inside/);
  t.end();
});

t.test("a search that failed keeps its words, and gets the cause where they say little", (t) => {
  const search = (errno: string, why: string) => {
    const failure = { call: { op: "fail", errno, why }, errno, value: 0 } as const;
    return explain("/closed-file", errno, { failure });
  };
  put("/closed-file", "#!/bin/sh\n", 0o644);
  t.same(search("EACCES", 'exec: "/closed-file": permission denied'), {
    code: "EXEC_NOT_EXECUTABLE",
    message: 'exec: "/closed-file": permission denied (/closed-file has no execute permission)',
    hint: "chmod +x /closed-file",
  });
  t.same(search("ENOENT", 'exec: "foo": executable file not found in $PATH'), {
    code: "EXEC_NOT_FOUND",
    message: 'exec: "foo": executable file not found in $PATH',
    hint: undefined,
  });
  t.end();
});

t.test("without the root only the errno is told", (t) => {
  t.same(explain("/run.sh", "ENOENT", { root: -1 }), {
    code: "EXEC_NOT_FOUND",
    message: "exec /run.sh: no such file or directory",
    hint: undefined,
  });
  t.equal(explain("/run.sh", "EACCES", { root: -1 }).code, "EXEC_NOT_EXECUTABLE");
  t.end();
});
