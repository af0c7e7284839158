/** Images and configs that try to lead the process, or what the runtime reads for it, out of the rootfs. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Spec } from "../../src/spec/types.ts";
import { binaryTest } from "./binary.ts";
import { attempt, Outside, refusedOrConfined, replace, targets } from "./hostile.ts";

t.setTimeout(600_000);

binaryTest("the working directory is an inherited descriptor (CVE-2024-21626)", (t, lab) => {
  const id = lab.start("leak");
  for (let fd = 3; fd < 20; fd++) {
    const cwd = `/proc/self/fd/${fd}`;
    const run = attempt(
      lab,
      ["ls", "../../../../etc/os-release"],
      () => undefined,
      (spec) => {
        spec.process = { ...spec.process, cwd };
      },
    );
    t.not(run.status, 0, cwd);
    t.match(run.stderr, /cwd/, cwd);
    if (fd > 9) continue;
    const exec = lab.runt(["exec", "--cwd", cwd, id, "pwd"]);
    if (exec.status === 0) t.equal(exec.stdout, "/\n", "it is the container's own root");
    else t.match(exec, { status: 255, stderr: /cwd/ }, cwd);
  }
});

binaryTest("the working directory is a descriptor that the caller leaks or hands over", (t, lab) => {
  const id = lab.start("handed");
  const outside = openSync("/", "r");
  for (const preserve of ["0", "4"]) {
    const options = { fds: Array(4).fill(outside) };
    for (let fd = 3; fd < 7; fd++) {
      const cwd = `/proc/self/fd/${fd}`;
      const bundle = lab.bundle(["ls", "."], (spec) => {
        spec.process = { ...spec.process, cwd };
      });
      const run = lab.runt(["run", "--preserve-fds", preserve, "-b", bundle, lab.id("hostile")], options);
      t.match(run, { status: 1, stdout: "", stderr: /cwd/ }, `run ${cwd}`);
      const exec = lab.runt(
        ["exec", "--preserve-fds", preserve, "--cwd", cwd, id, "ls", "/proc/self/cwd/"],
        options,
      );
      if (exec.status === 0) t.match(exec.stdout, "data\n", "it is the container's own root");
      else t.match(exec, { status: 255, stdout: "", stderr: /cwd/ }, `exec ${cwd}`);
      if (preserve === "4") t.match(exec.stderr, "outside of container mount namespace root");
    }
  }
  closeSync(outside);
});

binaryTest("the working directory is a symlink out of the rootfs", (t, lab) => {
  const outside = new Outside(lab);
  for (const target of targets(outside)) {
    const ended = attempt(
      lab,
      ["ls"],
      (rootfs) => replace(rootfs, "work", target),
      (spec) => {
        spec.process = { ...spec.process, cwd: "/work/deep" };
      },
    );
    refusedOrConfined(t, ended, target, /cwd/);
    t.notMatch(ended.stdout, "file", `${target}: what is outside is not seen`);
    outside.check(t, target);
  }
});

/** Without HOME in its environment the user's home comes from the image's /etc/passwd. */
function withoutHome(spec: Spec): void {
  spec.process = { ...spec.process, cwd: "/", env: ["PATH=/bin"] };
}

binaryTest("/etc/passwd of the image is a trap", (t, lab) => {
  const fifo = lab.path("fifo");
  execFileSync("mkfifo", [fifo]);
  const outer = lab.path("passwd");
  writeFileSync(outer, "root:x:0:0::/stolen:/bin/sh\n");
  for (const [what, spoil] of [
    ["a pipe", (rootfs: string) => execFileSync("mkfifo", [join(rootfs, "etc/passwd")])],
    ["a link to a pipe outside", (rootfs: string) => replace(rootfs, "etc/passwd", fifo)],
    ["a link to a file outside", (rootfs: string) => replace(rootfs, "etc/passwd", outer)],
    ["a climbing link", (rootfs: string) => replace(rootfs, "etc/passwd", "../../../passwd")],
    ["a link to itself", (rootfs: string) => replace(rootfs, "etc/passwd", "passwd")],
    ["a directory", (rootfs: string) => mkdirSync(join(rootfs, "etc/passwd"))],
    ["nonsense", (rootfs: string) => writeFileSync(join(rootfs, "etc/passwd"), "\0:::\n:\nroot\n\xff")],
  ] as const) {
    const ended = attempt(lab, ["sh", "-c", "echo $HOME"], spoil, withoutHome);
    t.same(ended, { status: 0, stdout: "/\n", stderr: "" }, what);
  }
});

binaryTest("a huge /etc/passwd", (t, lab) => {
  const filler = "user:x:1000:1000::/home/user:/bin/sh\n".repeat(100_000);
  const huge = (first: string) => (rootfs: string) => {
    writeFileSync(join(rootfs, "etc/passwd"), `${first}${filler}root:x:0:0::/late:/bin/sh\n`);
  };
  const found = attempt(lab, ["sh", "-c", "echo $HOME"], huge("root:x:0:0::/root:/bin/sh\n"), withoutHome);
  t.same(found, { status: 0, stdout: "/root\n", stderr: "" });
  const late = attempt(lab, ["sh", "-c", "echo $HOME"], huge(""), withoutHome);
  t.match(late, { status: 0, stderr: "" });
});
