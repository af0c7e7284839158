import { mkdirSync } from "node:fs";
import t from "tap";
import { cannotBuild, must } from "./quickjs-build.ts";
import { runProgram } from "./quickjs-run.ts";

const OUT = "build/quickjs-heap";
const LIMIT = 300;
const FLAGS = [
  "-std=gnu11",
  "-D_GNU_SOURCE",
  "-g",
  "-O2",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-fno-strict-aliasing",
  "-fsanitize=undefined",
  "-fno-sanitize-recover=undefined",
  `-DHEAP_LIMIT=((size_t)${LIMIT}<<20)`,
];

t.test("the allocator of the engine", { skip: cannotBuild }, (t) => {
  mkdirSync(OUT, { recursive: true });
  const quickjs = must("bash", ["scripts/fetch-quickjs.sh"]).trim();
  const sources = ["test/native/quickjs-heap.c", "native/quickjs/heap.c"];
  must("gcc", [...FLAGS, "-isystem", quickjs, "-Inative/quickjs", "-o", `${OUT}/heap`, ...sources]);
  for (const seed of [1, 2, 3]) {
    const { status, stdout, stderr } = runProgram(`${OUT}/heap`, ["20000", `${seed}`]);
    t.equal(stderr, "");
    t.equal(status, 0);
    const [count = 0, more = 0] = stdout.split(" + ").map(Number);
    t.ok(count > LIMIT / 2 && count < LIMIT, `${count} MB of ${LIMIT} before the limit`);
    t.equal(more, 16, "MB in reserve");
  }
  t.end();
});
