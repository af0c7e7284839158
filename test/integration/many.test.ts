/** Two hundred containers, twenty at a time: nothing is left of them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { RUNT } from "./binary.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime } from "./lab.ts";

const COUNT = 200;
const AT_A_TIME = 20;
t.setTimeout(300_000);

function cgroupCount(): number {
  return readFileSync("/proc/cgroups", "utf8")
    .split("\n")
    .slice(1)
    .reduce((sum, line) => sum + Number(line.split("\t")[2] ?? 0), 0);
}

function counts() {
  return {
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
    processes: readdirSync("/proc").filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/comm`, "utf8").startsWith("runt-init");
      } catch {
        return false;
      }
    }).length,
  };
}

t.test("many at once", { skip: isRoot ? false : "needs root" }, async (tt) => {
  const folder = makeFolder("many");
  const bundle = makeBundle(folder, ["sleep", "100"]);
  const root = `${folder}/state`;
  const before = counts();
  const runt = async (...args: string[]): Promise<number | null> => {
    const [status] = (await once(spawn(RUNT, ["--root", root, ...args], { stdio: "ignore" }), "exit")) as [
      number | null,
    ];
    return status;
  };
  const ids = Array.from({ length: COUNT }, (_, i) => `many-${process.pid}-${i}`);
  const life = async (id: string): Promise<void> => {
    const ends = [await runt("create", "--bundle", bundle, id), await runt("start", id)];
    ends.push(await runt("kill", id, "KILL"), await runt("delete", "--force", id));
    tt.same(ends, [0, 0, 0, 0], id);
  };
  const began = Date.now();
  const queue = [...ids];
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) await life(id);
    }),
  );
  tt.comment(`${COUNT} lives in ${Date.now() - began} ms, cgroups now ${cgroupCount()}`);
  const rt = makeRuntime(root);
  tt.same(
    ids.filter((id) => leftovers(rt, id).length > 0),
    [],
  );
  tt.same(counts(), before, "no mount, no process");
  clean(folder);
});
