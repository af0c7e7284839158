/** Two creates of one id at the same instant: one makes the container, the other says that the id is taken. */
import t from "tap";
import { carryOutCreate } from "../../src/runtime/create.ts";
import { deleteContainer } from "../../src/runtime/delete.ts";
import { prepare } from "../../src/runtime/prepare.ts";
import { state } from "../../src/runtime/state.ts";
import type { Spec } from "../../src/spec/types.ts";
import { type Begun, binaryTest } from "./binary.ts";
import { makeRuntime } from "./lab.ts";

const CWD = process.cwd();
const PAIRS = 40;
const MODE = { detach: true, carryOut: true };
const TAKEN = /container with given ID already exists/;

t.setTimeout(300_000);

binaryTest("a create that had looked before the other one was there", (t, lab) => {
  const rt = makeRuntime(lab.root);
  const id = lab.id("late");
  const options = { id, bundle: lab.bundle(["true"]), noPivot: false, noNewKeyring: false, preserveFds: 0 };
  const [first, second] = [prepare(rt, options, MODE), prepare(rt, options, MODE)];
  const winner = carryOutCreate(rt, first);
  t.throws(() => carryOutCreate(rt, second), { code: "EXISTS", message: TAKEN });
  rt.sys.close(winner.pidfd);
  rt.sys.close(winner.dir.fd);
  t.match(state(rt, id), { status: "created", pid: winner.state.pid }, "the winner is unharmed");
  deleteContainer(rt, { id, force: true });
  // Create makes the bundle the working directory, and the bundle goes with this test.
  process.chdir(CWD);
});

binaryTest("a cgroup that somebody else uses is refused, left alone, and no id is taken by it", (t, lab) => {
  const path = `/${lab.id("shared")}`;
  const shared = (spec: Spec) => {
    spec.linux = { ...spec.linux, cgroupsPath: path };
  };
  const user = lab.start("user", ["sleep", "100"], shared);
  const id = lab.id("second");
  const refused = lab.runt(["create", "--bundle", lab.bundle(["true"], shared), id]);
  t.equal(refused.status, 1);
  t.match(refused.stderr, "container's cgroup is not empty");
  t.equal(lab.state(user).status, "running");
  t.equal(lab.ok(["list", "-q"]), `${user}\n`);
});

binaryTest("racing pairs", async (t, lab) => {
  const bundle = lab.bundle(["true"]);
  for (let i = 0; i < PAIRS; i++) {
    const id = lab.id(`pair-${i}`);
    const begin = (): Begun => lab.begin(["create", "--bundle", bundle, id]);
    const pair = await Promise.all([begin().ended, begin().ended]);
    const [winner, loser] = pair[0].status === 0 ? pair : [pair[1], pair[0]];
    t.same(winner, { status: 0, stdout: "", stderr: "" }, id);
    t.match(loser, { status: 1, stdout: "", stderr: TAKEN }, id);
    t.equal(lab.state(id).status, "created");
    lab.ok(["start", id]);
    lab.ok(["delete", "--force", id]);
  }
});
