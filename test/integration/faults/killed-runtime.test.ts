/** The runtime is killed at calls of its own and at every step of init: `delete --force` removes all of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import t from "tap";
import { deleteContainer } from "../../../src/runtime/delete.ts";
import { prepare } from "../../../src/runtime/prepare.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../lab.ts";
import { CONFIGS } from "./configs.ts";
import { sampled } from "./faulty-host.ts";
import type { Outcome } from "./work.ts";

// The working directory becomes the bundle later; the path has to be absolute before.
const HOME = process.cwd();
const WORKER = resolve("build/workers/worker.mjs");
const skip = isRoot ? false : "needs root";
t.setTimeout(900_000);

type Lab = ReturnType<typeof makeRuntime>;

/** Runs the worker up to `point`; undefined when it was killed there, its outcome when it came to its end. */
async function killedAt(
  rt: Lab,
  bundle: string,
  id: string,
  side: "host" | "init",
  point: number,
): Promise<Outcome | undefined> {
  const errors = openSync(`${bundle}/errors`, "w+");
  const outcome = openSync(`${bundle}/outcome`, "w+");
  const args = [WORKER, bundle, rt.root, id, side, String(point)];
  const stdout = side === "init" ? "pipe" : outcome;
  const worker = spawn(process.execPath, args, { cwd: HOME, stdio: ["ignore", stdout, errors] });
  for (const fd of [errors, outcome]) closeSync(fd);
  worker.stdout?.on("data", () => worker.kill("SIGKILL"));
  // Not "close": a container that outlives its runtime holds the pipe open.
  const [status, signal] = (await once(worker, "exit")) as [number | null, string | null];
  worker.stdout?.destroy();
  if (signal === "SIGKILL") return undefined;
  if (status !== 0)
    throw new Error(`the worker failed at ${side} ${point}: ${readFileSync(`${bundle}/errors`, "utf8")}`);
  return JSON.parse(readFileSync(`${bundle}/outcome`, "utf8")) as Outcome;
}

/** Deletes by force, and says what is left. Init sees the end of its parent once it has woken. */
function afterDelete(rt: Lab, id: string): string[] {
  deleteContainer(rt, { id, force: true });
  for (let i = 0; i < 700 && leftovers(rt, id).length > 0; i++) rt.sys.sleep(10);
  return leftovers(rt, id);
}

for (const [phase, [name, change]] of Object.entries(CONFIGS).entries()) {
  t.test(`${name}: killed at calls of the parent`, { skip, timeout: 300_000 }, async (tt) => {
    const folder = makeFolder("killed");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const rt = makeRuntime(`${folder}/state`);
    const idOf = (point: number): string => `kill-${name}-${process.pid}-h${point}`;
    const whole = await killedAt(rt, bundle, idOf(0), "host", 0);
    tt.same(afterDelete(rt, idOf(0)), []);
    if (whole === undefined) throw new Error("the worker was killed");
    const points = sampled(whole, phase);
    let killed = 0;
    for (const point of points) {
      // Some calls are jumped over on this machine.
      if ((await killedAt(rt, bundle, idOf(point), "host", point)) === undefined) killed++;
      tt.same(afterDelete(rt, idOf(point)), [], `call ${point} leaves nothing`);
    }
    tt.ok(killed > 80 && killed > 0.8 * points.length, `killed at ${killed} of ${points.length} calls`);
    clean(folder);
  });

  t.test(`${name}: killed at every step of init`, { skip, timeout: 300_000 }, async (tt) => {
    const folder = makeFolder("killed");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const rt = makeRuntime(`${folder}/state`);
    const options = { id: "look", bundle, noPivot: false, noNewKeyring: false, preserveFds: 0 };
    const { plan } = prepare(rt, options, { detach: true, carryOut: false }).compiled;
    const gate = plan.init.findIndex((step) => step.kind === "gate");
    for (const [i, step] of plan.init.slice(0, gate).entries()) {
      const id = `kill-${name}-${process.pid}-i${i}`;
      tt.equal(await killedAt(rt, bundle, id, "init", i), undefined, `killed at step ${i} (${step.title})`);
      tt.same(afterDelete(rt, id), [], `step ${i} leaves nothing`);
    }
    clean(folder);
  });
}
