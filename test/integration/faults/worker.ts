/**
 * A runtime to be killed: creates (and starts) the container of a bundle, and ends itself at the given call of the
 * parent, or says "reached" at the given step of init and is ended by its reader.
 * argv: bundle, state root, id, "host" | "init", point.
 */
import { createNodeHost } from "../../../src/host-node/host.ts";
import { carryOutCreate } from "../../../src/runtime/create.ts";
import { prepare } from "../../../src/runtime/prepare.ts";
import { startLocked } from "../../../src/runtime/start.ts";
import { makeRuntime } from "../lab.ts";
import { waitInInit } from "./broken-plan.ts";
import { faultyHost } from "./faulty-host.ts";

const [bundle = "", root = "", id = "", side = "", point = "0"] = process.argv.slice(2);
const host = faultyHost(createNodeHost(), side === "host" ? Number(point) : 0, "kill");
const rt = makeRuntime(root, host);
const options = { id, bundle, noPivot: false, noNewKeyring: false, preserveFds: 0 };
const prepared = prepare(rt, options, { detach: true, carryOut: true });
const created = carryOutCreate(rt, side === "init" ? waitInInit(prepared, Number(point)) : prepared);
startLocked(rt, created.dir, created.state);
