import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import t from "tap";
import { canLink, compile } from "./compile.ts";
import { writeSeeds } from "./seeds.ts";

const SECONDS = 10;
const SANITIZE = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"];
const TARGET = `
  #include <stddef.h>
  #include <stdint.h>
  int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) { return bytes && size ? 0 : 0; }`;
const skip =
  !canLink("clang", SANITIZE, TARGET) &&
  "no clang with libFuzzer; sanitize.test.ts mutates programs all the same";

t.test("ten seconds of fuzzing find nothing", { timeout: 60_000, skip }, (t) => {
  const out = "build/native-test/fuzz";
  compile("clang", out, SANITIZE, []);
  writeSeeds("build/native-test/fuzz-seeds", process.arch === "arm64" ? "aarch64" : "x86_64");
  mkdirSync("build/native-test/corpus", { recursive: true });
  const args = [
    `-max_total_time=${SECONDS}`,
    "-max_len=4096",
    "-timeout=5",
    "-artifact_prefix=build/native-test/",
    "build/native-test/corpus",
    "build/native-test/fuzz-seeds",
  ];
  const { status, stderr } = spawnSync(out, args, { encoding: "utf8" });
  t.equal(status, 0, stderr.slice(-4000));
  t.match(stderr, /Done \d+ runs/);
  t.end();
});
