/** The runtime is killed at every call of its own and at every step of init: `delete --force` removes all of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import t from "tap";
import { deleteContainer } from "../../../src/runtime/delete.ts";
import { prepare } from "../../../src/runtime/prepare.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../lab.ts";
import { CONFIGS } from "./configs.ts";

// The working directory becomes the bundle later; the path has to be absolute before.
const HOME = process.cwd();
const WORKER = resolve("build/workers/worker.mjs");
const skip = isRoot ? false : "needs root";
t.setTimeout(900_000);

type Lab = ReturnType<typeof makeRuntime>;

/** Runs the worker up to `point`; true when it was killed there, false when it came to its end. */
async function killedAt(
  rt: Lab,
  bundle: string,
  id: string,
  side: "host" | "init",
  point: number,
): Promise<boolean> {
  const errors = openSync(`${bundle}/errors`, "w+");
  const args = [WORKER, bundle, rt.root, id, side, String(point)];
  const worker = spawn(process.execPath, args, { cwd: HOME, stdio: ["ignore", "pipe", errors] });
  closeSync(errors);
  worker.stdout?.on("data", () => worker.kill("SIGKILL"));
  // Not "close": a container that outlives its runtime holds the pipe open.
  const [status, signal] = (await once(worker, "exit")) as [number | null, string | null];
  worker.stdout?.destroy();
  if (signal === "SIGKILL") return true;
  if (status !== 0)
    throw new Error(`the worker failed at ${side} ${point}: ${readFileSync(`${bundle}/errors`, "utf8")}`);
  return false;
}

/** Deletes by force, and says what is left. Init sees the end of its parent once it has woken. */
function afterDelete(rt: Lab, id: string): string[] {
  deleteContainer(rt, { id, force: true });
  for (let i = 0; i < 700 && leftovers(rt, id).length > 0; i++) rt.sys.sleep(10);
  return leftovers(rt, id);
}

for (const [name, change] of Object.entries(CONFIGS)) {
  t.test(`${name}: killed at every call of the parent`, { skip, timeout: 300_000 }, async (tt) => {
    const folder = makeFolder("killed");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const rt = makeRuntime(`${folder}/state`);
    let killed = 0;
    for (let point = 1; ; point++) {
      const id = `kill-${name}-${process.pid}-h${point}`;
      const dead = await killedAt(rt, bundle, id, "host", point);
      tt.same(afterDelete(rt, id), [], `call ${point} leaves nothing`);
      if (!dead) break;
      killed++;
    }
    tt.ok(killed > 60, `killed at ${killed} calls`);
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
      tt.ok(await killedAt(rt, bundle, id, "init", i), `killed at step ${i} (${step.title})`);
      tt.same(afterDelete(rt, id), [], `step ${i} leaves nothing`);
    }
    clean(folder);
  });
}
