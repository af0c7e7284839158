import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import t from "tap";
import { readShortFile, SHORT_SIZE } from "../../src/host/short-file.ts";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";

const sys = new Sys(createNodeHost());
const dir = mkdtempSync(`${tmpdir()}/short-file-`);
t.teardown(() => rmSync(dir, { recursive: true }));

const PROC_SUPER_MAGIC = 0x9fa0;

function openFds(): number {
  return readdirSync("/proc/self/fd").length;
}

t.test("the start of a file, its filesystem and its owner", async (t) => {
  const path = `${dir}/grün`;
  writeFileSync(path, "text");
  const file = readShortFile(sys, path);
  t.equal(file && sys.host.text(file.bytes), "text");
  t.equal(file?.uid, statSync(path).uid);
  t.equal(readShortFile(sys, "/proc/self/stat")?.filesystem, PROC_SUPER_MAGIC);
  writeFileSync(path, "x".repeat(2 * SHORT_SIZE));
  t.equal(readShortFile(sys, path)?.bytes.length, SHORT_SIZE);
  writeFileSync(path, "");
  t.equal(readShortFile(sys, path)?.bytes.length, 0, "nothing is left of the file before");
});

t.test("a file that is not there", async (t) => {
  t.equal(readShortFile(sys, `${dir}/none`), undefined);
  t.equal(readShortFile(sys, `${dir}/none/below`), undefined);
  writeFileSync(`${dir}/file`, "");
  t.equal(readShortFile(sys, `${dir}/file/below`), undefined);
});

t.test("what fails names the path and the call, and leaves nothing open", async (t) => {
  const before = openFds();
  t.throws(() => readShortFile(sys, dir), {
    errno: "EISDIR",
    message: `read("${dir}"): EISDIR: is a directory`,
  });
  t.throws(() => readShortFile(sys, `/${"x".repeat(256)}`), {
    errno: "ENAMETOOLONG",
    message: /^openat2\(AT_FDCWD, "\/xxx/,
  });
  t.throws(() => readShortFile(sys, `/${"x/".repeat(3000)}`), { message: /openat2.*ENAMETOOLONG/ });
  t.throws(() => readShortFile(sys, "/etc\0/passwd"), { code: "PLAN_BROKEN" });
  t.equal(openFds(), before);
  t.equal(readShortFile(sys, "/proc/self/stat")?.filesystem, PROC_SUPER_MAGIC, "it goes on working");
});
