/** The runtime that embedded.test.ts breaks: a core for the static binary. Prints its outcome as JSON. */
import { Sys } from "../../../src/host/sys.ts";
import { createQuickjsHost, type Native } from "../../../src/host-quickjs/host.ts";
import { work } from "./work.ts";

export { adopt, precompile } from "../../../src/main-quickjs.ts";

const SIGKILL = 9;

/** Called by native/quickjs/engine.c. */
export function start(native: Native): never {
  const host = createQuickjsHost(native);
  const sys = new Sys(host);
  const kill = () => void sys.call("kill", [sys.call("getpid", []), SIGKILL]);
  sys.write(1, JSON.stringify(work(host, host.argv, kill)));
  return host.exit(0);
}
