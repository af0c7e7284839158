import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { O } from "../../src/plan/build.ts";
import { explainExec } from "../../src/runtime/explain-exec.ts";
import { Box, sys } from "./process-box.ts";

if (process.getuid?.() !== 0) t.bailout("needs root");

const box = new Box();
t.teardown(() => box.remove());

/** Lets the kernel refuse the program, then explains. */
function explained(program: string): { errno: string | undefined; message: string } {
  const { error } = box.run({ process: { args: [program] } });
  const errno = error?.errno ?? "";
  const step = { kind: "exec", from: "/process/args", title: "execute", calls: [] } as const;
  const failure = { call: { op: "sys", name: "execve", args: [] }, errno, value: 0 } as const;
  const root = sys.open(box.rootfs, O.PATH);
  const { message } = explainExec(sys, { root, step, failure, args: [program] });
  sys.close(root);
  return { errno, message };
}

t.test("the kernel's errnos lead to the cause", (t) => {
  const cases: [content: string, errno: string, message: RegExp][] = [
    ["#!/nope\n", "ENOENT", /script for \/nope/],
    ["#!/bin/sh\r\n", "ENOENT", /carriage return/],
    ["", "ENOEXEC", /is empty/],
    ["echo\n", "ENOEXEC", /neither an ELF program nor a script/],
    ["\ufeff#!/bin/sh\n", "ENOEXEC", /byte order mark/],
    ["#!\n", "ENOEXEC", /names no interpreter/],
    ["#!/etc\n", "EACCES", /\/etc \(the interpreter of \/program\) is a directory/],
  ];
  for (const [content, errno, message] of cases) {
    box.put("program", content);
    t.match(explained("/program"), { errno, message });
  }
  t.end();
});

t.test("a dynamic program without its loader", (t) => {
  copyFileSync("/bin/true", join(box.rootfs, "dynamic"));
  t.match(explained("/dynamic"), { errno: "ENOENT", message: /\/dynamic needs the loader \/lib.*ld-linux/ });
  t.end();
});

t.test("a mount with noexec", (t) => {
  const folder = join(box.rootfs, "data");
  execFileSync("mount", ["-t", "tmpfs", "-o", "noexec", "runt-test", folder]);
  t.teardown(() => execFileSync("umount", [folder]));
  box.put("data/tool", "#!/bin/sh\n");
  t.match(explained("/data/tool"), {
    errno: "EACCES",
    message: /\/data\/tool is on a mount with the option noexec/,
  });
  t.end();
});
