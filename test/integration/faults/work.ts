/** What a runtime that is to fail or to be killed does: on Node and inside the static binary. */
import { RuntError } from "../../../src/error/runt-error.ts";
import type { Host } from "../../../src/host/port.ts";
import { carryOutCreate } from "../../../src/runtime/create.ts";
import { type Prepared, prepare } from "../../../src/runtime/prepare.ts";
import { startCreated } from "../../../src/runtime/start.ts";
import { runtimeOf } from "../runtime-of.ts";
import { failInit, waitInInit } from "./broken-plan.ts";
import { faultyHost, type Points } from "./faulty-host.ts";

/** What came of it, for sides that fail. */
export interface Outcome extends Points {
  /** Undefined when all went well. */
  error?: { runt: boolean; message: string; line: string; pointer?: string | undefined };
  warnings: string[];
}

/**
 * Creates and starts the container of a bundle. `argv` is: bundle, state root, id, side, point. Side "host" ends the
 * process at the given point of the parent's programs, "init" says "reached" at the given step of init and waits; "fail-host" and
 * "fail-init" let the point or the step fail. Point 0 of the parent breaks nothing.
 */
export function work(host: Host, argv: readonly string[], kill: () => void): Outcome {
  const [bundle = "", root = "", id = "", side = "", number = "0"] = argv;
  const point = Number(number);
  const onHost = side === "host" || side === "fail-host";
  const faulty = faultyHost(host, onHost ? point : 0, side === "host" ? kill : "fail");
  const rt = runtimeOf(root, faulty);
  const broken = (prepared: Prepared): Prepared => {
    if (side === "init") return waitInInit(prepared, point);
    return side === "fail-init" ? failInit(prepared, point) : prepared;
  };
  try {
    const options = { id, bundle, noPivot: false, noNewKeyring: false, preserveFds: 0 };
    const created = carryOutCreate(rt, broken(prepare(rt, options, { detach: true, carryOut: true })));
    startCreated(rt, created.dir, created.state);
    return { ...faulty.seen, warnings: rt.warnings };
  } catch (thrown) {
    if (!side.startsWith("fail")) throw thrown;
    return { ...faulty.seen, error: factsOf(thrown), warnings: rt.warnings };
  }
}

function factsOf(thrown: unknown): NonNullable<Outcome["error"]> {
  if (!(thrown instanceof RuntError)) return { runt: false, message: String(thrown), line: String(thrown) };
  return { runt: true, message: thrown.message, line: thrown.line, pointer: thrown.pointer };
}
