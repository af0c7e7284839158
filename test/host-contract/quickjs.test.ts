import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { text } from "node:stream/consumers";
import t from "tap";
import { createNodeHost } from "../../src/host-node/host.ts";
import { encodeProfile } from "../../src/seccomp/encode-profile.ts";
import { build, bundleCore, cannotBuild } from "../native/quickjs-build.ts";
import { contract } from "./contract.ts";
import { assertChecks } from "./contract-tap.ts";
import { machineCases } from "./machine-cases.ts";
import { PROFILE } from "./profile.ts";
import type { ClauseResult, Surroundings } from "./quickjs-core.ts";

const OUT = "build/host-contract";
const ARGUMENTS = ["run", "", "ä €", "--", "😀"];
const ENVIRONMENT = { EMPTY: "", TEXT: "a=b ü" };

/** Runs the contract inside a static binary whose core it is. */
async function runEmbedded() {
  build({ out: OUT, core: bundleCore("test/host-contract/quickjs-core.ts", OUT) });
  const child = spawn(`${OUT}/runt`, ARGUMENTS, { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | string | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const [first = "", ...rest] = stdout.trimEnd().split("\n");
  return {
    pid: child.pid,
    stderr,
    status,
    first,
    results: rest.map((line) => JSON.parse(line) as ClauseResult),
  };
}

t.test("the embedded host", { skip: cannotBuild }, async (t) => {
  const { pid, stderr, status, first, results } = await runEmbedded();
  t.equal(stderr, "");
  t.equal(status, 7, "the status of exit");

  const surroundings = JSON.parse(first) as Surroundings;
  t.equal(surroundings.argv0, `${OUT}/runt`);
  t.same(surroundings.argv, ARGUMENTS);
  t.same([...surroundings.env].sort(), ["EMPTY=", "TEXT=a=b ü"]);
  t.equal(surroundings.pid, pid, "system calls are those of this process");
  t.equal(surroundings.init, statSync("build/native/runt-init").size);
  const node = createNodeHost({ libraryPath: "build/native/libruntsys.so" });
  t.same(
    surroundings.filter,
    [...node.compileSeccomp(encodeProfile(PROFILE))],
    "the filter is the one made on Node",
  );

  const clauses = [...contract, ...machineCases];
  t.same(
    results.map(({ name }) => name),
    clauses.map(({ name }) => name),
    "every clause was checked",
  );
  for (const { name, checks } of results) {
    t.test(name, (t) => {
      assertChecks(t, checks);
      t.end();
    });
  }
});
