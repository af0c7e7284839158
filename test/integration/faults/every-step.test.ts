/** Every call of the parent and every step of init fails once: an error, and nothing is left behind. */
import { closeSync } from "node:fs";
import t from "tap";
import { RuntError } from "../../../src/error/runt-error.ts";
import { createNodeHost } from "../../../src/host-node/host.ts";
import { type Created, carryOutCreate } from "../../../src/runtime/create.ts";
import { deleteContainer } from "../../../src/runtime/delete.ts";
import { type Prepared, prepare } from "../../../src/runtime/prepare.ts";
import { startCreated } from "../../../src/runtime/start.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime, openFds } from "../lab.ts";
import { failInit } from "./broken-plan.ts";
import { CONFIGS } from "./configs.ts";
import { faultyHost, INJECTED } from "./faulty-host.ts";

type Test = Pick<typeof t, "fail" | "match" | "notMatch" | "equal">;

t.setTimeout(600_000);

const OPTIONS = { noPivot: false, noNewKeyring: false, preserveFds: 0 };
const MODE = { detach: true, carryOut: true };

/** Closes a descriptor that a failed start may have closed already (it removes the container itself). */
function closeFd(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    t.equal((error as { code?: string }).code, "EBADF");
  }
}

/** Prepares, creates and starts; the error that came of it. */
function attempt(rt: ReturnType<typeof makeRuntime>, prepared: () => Prepared): unknown {
  let created: Created | undefined;
  try {
    created = carryOutCreate(rt, prepared());
    startCreated(rt, created.dir, created.state);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    if (created !== undefined) for (const fd of [created.pidfd, created.dir.fd]) closeFd(fd);
  }
}

/** The error is runt's own, names the injected errno and, for a step of a config field, that field. */
function checkError(tt: Test, error: unknown, what: string, from: string | undefined, child = false): void {
  if (!(error instanceof RuntError)) {
    tt.fail(`${what}: no error of runt: ${String((error as Error | undefined)?.stack)}`);
    return;
  }
  const own = new RegExp(`EREMOTEIO|remote i/o${child ? "|hook #0: exit status 255" : ""}`, "i");
  tt.match(error.message, from === undefined ? own : /injected|EREMOTEIO/i, what);
  tt.notMatch(error.line, /\n/, `${what}: one line`);
  if (from?.startsWith("/") === true) tt.equal(error.pointer, from, `${what}: names its field`);
}

/** Prepares, creates and starts with point `at` broken, and deletes by force; what came of it. */
function broken(bundle: string, root: string, id: string, at: number) {
  const real = makeRuntime(root);
  const host = faultyHost(createNodeHost(), at, "fail");
  const rt = makeRuntime(root, host);
  const error = attempt(rt, () => prepare(rt, { id, bundle, ...OPTIONS }, MODE));
  deleteContainer(real, { id, force: true });
  return { ...host.seen, error, left: [...leftovers(real, id), ...rt.warnings] };
}

for (const [name, change] of Object.entries(CONFIGS)) {
  t.test(`${name}: every call of the parent fails once`, { skip: isRoot ? false : "needs root" }, (tt) => {
    const folder = makeFolder("faults");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const all = { points: 0, hits: 0, quiet: 0 };
    for (let at = 1; ; at++) {
      const what = `call ${at}`;
      const { points, hit, child, error, left } = broken(
        bundle,
        `${folder}/state`,
        `fault-${name}-${process.pid}-h${at}`,
        at,
      );
      tt.same(left, [], `${what} leaves nothing`);
      if (error !== undefined) checkError(tt, error, what, undefined, child);
      if (points < at) break;
      all.points++;
      if (hit) all.hits++;
      if (hit && !child && error === undefined) all.quiet++;
    }
    // Others are jumped over: what they care for is not so on this machine.
    tt.ok(all.hits > 150 && all.hits > 0.8 * all.points, `${all.hits} of ${all.points} calls are reached`);
    tt.equal(all.quiet, 0, "none fails unheard");
    clean(folder);
    tt.end();
  });

  t.test(`${name}: every step of init fails once`, { skip: isRoot ? false : "needs root" }, (tt) => {
    const folder = makeFolder("faults");
    const bundle = makeBundle(folder, ["sleep", "60"], change);
    const rt = makeRuntime(`${folder}/state`);
    const { plan } = prepare(rt, { id: "look", bundle, ...OPTIONS }, { ...MODE, carryOut: false }).compiled;
    const gate = plan.init.findIndex((step) => step.kind === "gate");
    const before = openFds();
    plan.init.forEach((step, i) => {
      const id = `fault-${name}-${process.pid}-i${i}`;
      const error = attempt(rt, () => failInit(prepare(rt, { id, bundle, ...OPTIONS }, MODE), i));
      // Between the two commands nobody listens to init: start finds it stopped.
      if (step.kind === "gate") tt.match(error, { code: "WRONG_STATUS" }, step.title);
      else checkError(tt, error, `step ${i} (${step.title})`, step.from);
      if (i >= gate) deleteContainer(rt, { id, force: true });
      tt.same(leftovers(rt, id), [], `step ${i} leaves nothing`);
    });
    tt.ok(openFds() <= before + 2 * (plan.init.length - gate) + 2, "descriptors are closed");
    tt.equal(INJECTED, "EREMOTEIO");
    clean(folder);
    tt.end();
  });
}
