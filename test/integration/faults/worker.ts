/** The runtime that killed-runtime.test.ts kills, on Node. */
import { createNodeHost } from "../../../src/host-node/host.ts";
import { work } from "./work.ts";

work(createNodeHost(), process.argv.slice(2), () => process.kill(process.pid, "SIGKILL"));
