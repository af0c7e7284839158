import { spawnSync } from "node:child_process";
import t from "tap";
import { canLink, compile } from "./compile.ts";
import { writeSeeds } from "./seeds.ts";

const ROUNDS = 200_000;
const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const compiler = ["gcc", "clang"].find((name) => canLink(name, SANITIZE, "int main(void) { return 0; }"));

t.test(
  "the C check gives the verdicts of the table, and no mutation leaves its memory",
  { skip: !compiler && "no compiler with sanitizers" },
  (t) => {
    const out = "build/native-test/sanitized";
    compile(compiler ?? "gcc", out, SANITIZE, ["fuzz/main.c"]);
    const seeds = writeSeeds("build/native-test/seeds", process.arch === "arm64" ? "aarch64" : "x86_64");
    const run = spawnSync(out, [`${ROUNDS}`, ...seeds.map(({ path }) => path)], { encoding: "utf8" });
    t.equal(run.status, 0, run.stderr);
    const verdicts = run.stdout.trim().split("\n");
    t.equal(verdicts.length, seeds.length);
    seeds.forEach(({ path, verdicts: [library, init] }, i) => {
      t.equal(verdicts[i], `${library} ${init} ${path}`);
    });
    t.end();
  },
);
