import t from "tap";
import { Sys } from "../../src/host/sys.ts";
import { createNodeHost } from "../../src/host-node/host.ts";
import type { Runtime } from "../../src/runtime/context.ts";
import { hostPs } from "../../src/runtime/host-ps.ts";

function runtime(env: readonly string[]): Runtime {
  const host = { ...createNodeHost(), env };
  const log = { debug: () => {}, warning: () => {} };
  return { host, sys: new Sys(host), root: "/nowhere", rootGiven: true, systemdCgroup: false, log };
}

t.test("ps of the host is run with the given options", async (t) => {
  const output = hostPs(runtime([]), ["-o", "pid,args", "-p", String(process.pid)]);
  t.match(output, new RegExp(`^ *PID COMMAND\n *${process.pid} .*node`));
});

t.test("its failure is told with what it says", async (t) => {
  t.throws(() => hostPs(runtime([]), ["--no-such-option"]), {
    code: "STEP_FAILED",
    message: /status 1: .*unknown gnu long option/s,
  });
});

t.test("without one in PATH the error says so", async (t) => {
  t.throws(() => hostPs(runtime(["PATH=/proc:.::relative"]), []), { message: "there is no ps in PATH" });
});
