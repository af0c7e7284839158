/**
 * The same as every-step.test.ts and killed-runtime.test.ts in the static binary: every call of the parent and every
 * step of init fails once, and the runtime is killed at calls of its own; nothing is left behind.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import t, { type Test } from "tap";
import { deleteContainer } from "../../../src/runtime/delete.ts";
import { prepare } from "../../../src/runtime/prepare.ts";
import { build, bundleCore, cannotBuild } from "../../native/quickjs-build.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "../lab.ts";
import { CONFIGS } from "./configs.ts";
import { sampled } from "./faulty-host.ts";
import type { Outcome } from "./work.ts";

// The working directory becomes the bundle later; the path has to be absolute before.
const OUT = resolve("build/faults");
const HOME = process.cwd();
const skip = isRoot ? cannotBuild : "needs root";
t.setTimeout(600_000);
if (skip === false) build({ out: OUT, core: bundleCore("test/integration/faults/worker-core.ts", OUT) });

/** Runs the worker; undefined when it was killed. A container that outlives it holds no pipe of the test. */
function worker(bundle: string, root: string, id: string, side: string, point: number): Outcome | undefined {
  const script = '"$@" >"$0" 2>&1 </dev/null';
  const args = [`${OUT}/runt`, bundle, root, id, side, String(point)];
  const { signal, status } = spawnSync("sh", ["-c", `exec ${script}`, `${bundle}/outcome`, ...args], {
    cwd: HOME,
  });
  if (signal === "SIGKILL") return undefined;
  const text = spawnSync("head", ["-c", "100000", `${bundle}/outcome`], { encoding: "utf8" }).stdout;
  if (status !== 0) throw new Error(`the worker failed at ${side} ${point}: ${text}`);
  // A container's own output may stand behind.
  return JSON.parse(text) as Outcome;
}

function checkError(tt: Test, outcome: Outcome | undefined, what: string, from: string | undefined): void {
  const error = outcome?.error;
  if (error?.runt !== true) {
    tt.fail(`${what}: no error of runt: ${error?.message}`);
    return;
  }
  const hook = outcome?.child === true ? "|hook #0: exit status 255" : "";
  const own = new RegExp(`EREMOTEIO|remote i/o${hook}`, "i");
  tt.match(error.message, from === undefined ? own : /injected|EREMOTEIO/i, what);
  tt.notMatch(error.line, /\n/, `${what}: one line`);
  if (from?.startsWith("/") === true) tt.equal(error.pointer, from, `${what}: names its field`);
}

for (const [phase, [name, change]] of Object.entries(CONFIGS).entries()) {
  const make = () => {
    const folder = makeFolder("embedded");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const rt = makeRuntime(`${folder}/state`);
    const afterDelete = (id: string): string[] => {
      deleteContainer(rt, { id, force: true });
      for (let i = 0; i < 700 && leftovers(rt, id).length > 0; i++) rt.sys.sleep(10);
      return leftovers(rt, id);
    };
    return { folder, bundle, rt, afterDelete };
  };

  t.test(`${name}: every call of the parent fails once`, { skip }, async (tt) => {
    const { folder, bundle, rt, afterDelete } = make();
    let [points, hits] = [0, 0];
    for (; ; points++) {
      const point = points + 1;
      const id = `embedded-${name}-${process.pid}-h${point}`;
      const outcome = worker(bundle, rt.root, id, "fail-host", point);
      if (outcome === undefined) throw new Error("the worker was killed");
      if (outcome.error !== undefined) checkError(tt, outcome, `call ${point}`, undefined);
      tt.same([...afterDelete(id), ...outcome.warnings], [], `call ${point} leaves nothing`);
      if (outcome.points < point) break;
      if (outcome.hit) hits++;
    }
    tt.ok(hits > 150 && hits > 0.8 * points, `${hits} of ${points} calls are reached`);
    clean(folder);
  });

  t.test(`${name}: every step of init fails once`, { skip }, async (tt) => {
    const { folder, bundle, rt, afterDelete } = make();
    const options = { id: "look", bundle, noPivot: false, noNewKeyring: false, preserveFds: 0 };
    const { plan } = prepare(rt, options, { detach: true, carryOut: false }).compiled;
    const gate = plan.init.findIndex((step) => step.kind === "gate");
    for (const [i, step] of plan.init.entries()) {
      const id = `embedded-${name}-${process.pid}-i${i}`;
      const outcome = worker(bundle, rt.root, id, "fail-init", i);
      // Between the two commands nobody listens to init: start finds it stopped.
      if (step.kind === "gate") tt.match(outcome?.error?.message, /stopped/, step.title);
      else checkError(tt, outcome, `step ${i} (${step.title})`, step.from);
      const left = i >= gate ? afterDelete(id) : leftovers(rt, id);
      tt.same(left, [], `step ${i} leaves nothing`);
    }
    clean(folder);
  });

  t.test(`${name}: killed at calls of the parent`, { skip }, async (tt) => {
    const { folder, bundle, rt, afterDelete } = make();
    const idOf = (point: number): string => `embedded-${name}-${process.pid}-k${point}`;
    const whole = worker(bundle, rt.root, idOf(0), "host", 0);
    tt.same(afterDelete(idOf(0)), []);
    if (whole === undefined) throw new Error("the worker was killed");
    const points = sampled(whole, phase);
    let killed = 0;
    for (const point of points) {
      if (worker(bundle, rt.root, idOf(point), "host", point) === undefined) killed++;
      tt.same(afterDelete(idOf(point)), [], `call ${point} leaves nothing`);
    }
    tt.ok(killed > 80 && killed > 0.8 * points.length, `killed at ${killed} of ${points.length} calls`);
    clean(folder);
  });
}
