/** The runtime that killed-runtime.test.ts kills, on Node. Prints its outcome as JSON when it comes to its end. */
import { writeSync } from "node:fs";
import { createNodeHost } from "../../../src/host-node/host.ts";
import { work } from "./work.ts";

const kill = () => process.kill(process.pid, "SIGKILL");
writeSync(1, JSON.stringify(work(createNodeHost(), process.argv.slice(2), kill)));
