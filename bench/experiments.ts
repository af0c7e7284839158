import type { Experiment, Output } from "./experiment.ts";
import type { Container, Ground } from "./ground.ts";
import { chargedMemory, smallestLimit } from "./memory.ts";
import type { Runtime } from "./runtimes.ts";

const CONTAINERS = 100;
const AT_A_TIME = 20;
const isRuntime = ({ kind }: Runtime): boolean => kind === "runtime";
const notLimit = ({ kind }: Runtime): boolean => kind !== "limit";

/** The time of a process that does nothing, as often as a runtime needs one. */
async function floor(ground: Ground, runtime: Runtime): Promise<number> {
  return (await ground.launcher.run([[runtime.binary]])).ms;
}

function runOnce(ground: Ground): Experiment {
  const bundle = ground.bundles.of("true");
  return {
    outputs: [
      { id: "run", title: "run of true, runc's default config", unit: "ms" },
      { id: "peak", title: "peak memory of the runtime's biggest process in run of true", unit: "kB" },
    ],
    share: 1,
    warmUp: true,
    takes: () => true,
    async sample(runtime) {
      const { ms, kB } = await ground.run(runtime, bundle);
      return [ms, kB];
    },
  };
}

function lifecycle(ground: Ground): Experiment {
  const bundle = ground.bundles.of("sleep", "1000");
  return {
    outputs: [
      { id: "lifecycle", title: "create, start, kill KILL and delete of sleep, together", unit: "ms" },
      ...["create", "start", "kill", "delete"].map((id) => ({
        id,
        title: `  of that: ${id}`,
        unit: "ms" as const,
      })),
    ],
    share: 0.5,
    warmUp: true,
    takes: notLimit,
    async sample(runtime) {
      const parts: number[] = [];
      if (isRuntime(runtime)) {
        const container = await ground.create(runtime, bundle);
        const timed = async (...args: string[]): Promise<number> =>
          (await ground.launcher.run([ground.command(runtime, ...args)])).ms;
        parts.push(
          container.ms,
          await timed("start", container.id),
          await timed("kill", container.id, "KILL"),
        );
        // As a manager does, which is told of the end.
        await ground.launcher.reap(container.pid);
        parts.push(await timed("delete", container.id));
        ground.deleted(container);
      } else for (let i = 0; i < 4; i++) parts.push(await floor(ground, runtime));
      return [parts.reduce((sum, part) => sum + part, 0), ...parts];
    },
  };
}

/** A command about a container that runs. */
function onRunning(ground: Ground, output: Output, args: (id: string) => string[]): Experiment {
  const bundle = ground.bundles.of("sleep", "1000");
  const running = new Map<Runtime, Container>();
  return {
    outputs: [output],
    share: 1,
    warmUp: true,
    takes: notLimit,
    async before(runtime) {
      if (!isRuntime(runtime)) return;
      const container = await ground.create(runtime, bundle);
      running.set(runtime, container);
      await ground.launcher.run([ground.command(runtime, "start", container.id)]);
    },
    async sample(runtime) {
      const container = running.get(runtime);
      if (container === undefined) return [await floor(ground, runtime)];
      return [(await ground.launcher.run([ground.command(runtime, ...args(container.id))])).ms];
    },
  };
}

function exec(ground: Ground): Experiment {
  const output: Output = { id: "exec", title: "exec of true in a running container", unit: "ms" };
  return onRunning(ground, output, (id) => ["exec", id, "true"]);
}

function state(ground: Ground): Experiment {
  return onRunning(ground, { id: "state", title: "state", unit: "ms" }, (id) => ["state", id]);
}

function list(ground: Ground): Experiment {
  const bundle = ground.bundles.of("tiny");
  return {
    outputs: [{ id: "list", title: `list of ${CONTAINERS} containers`, unit: "ms" }],
    share: 0.5,
    warmUp: true,
    takes: notLimit,
    async before(runtime) {
      if (isRuntime(runtime)) await ground.createMany(runtime, bundle, CONTAINERS);
    },
    async sample(runtime) {
      if (!isRuntime(runtime)) return [await floor(ground, runtime)];
      return [(await ground.launcher.run([ground.command(runtime, "list")])).ms];
    },
  };
}

function mounts(ground: Ground, count: number, share: number): Experiment {
  const bundle = ground.bundles.withMounts(count);
  return {
    outputs: [{ id: `mounts-${count}`, title: `run of true with ${count} bind mounts more`, unit: "ms" }],
    share,
    warmUp: true,
    takes: isRuntime,
    sample: async (runtime) => [(await ground.run(runtime, bundle)).ms],
  };
}

function atOnce(ground: Ground): Experiment {
  const bundle = ground.bundles.of("true");
  return {
    outputs: [{ id: "at-once", title: `${AT_A_TIME} runs of true at the same time`, unit: "ms" }],
    share: 0.1,
    warmUp: false,
    takes: () => true,
    sample: async (runtime) => [(await ground.runAtOnce(runtime, bundle, AT_A_TIME)).ms],
  };
}

function charged(ground: Ground): Experiment {
  const bundle = ground.bundles.of("tiny");
  return {
    outputs: [
      {
        id: "charged",
        title: "memory charged to the container before its program starts, at most",
        unit: "kB",
      },
      { id: "held", title: "  of that: at the end of create", unit: "kB" },
    ],
    share: 0.125,
    warmUp: true,
    takes: isRuntime,
    async sample(runtime) {
      const container = await ground.create(runtime, bundle);
      const { most, now } = chargedMemory(container.pid);
      await ground.removeAll(runtime);
      return [most / 1024, now / 1024];
    },
  };
}

function smallest(ground: Ground): Experiment {
  return {
    outputs: [
      { id: "smallest", title: "smallest memory limit with which the smallest program runs", unit: "kB" },
    ],
    share: 0,
    warmUp: false,
    takes: isRuntime,
    sample: async (runtime) => [(await smallestLimit(ground, runtime)) / 1024],
  };
}

/** All experiments by name, in the order in which they are done and told. */
export const EXPERIMENTS: ReadonlyMap<string, (ground: Ground) => Experiment> = new Map([
  ["run", runOnce],
  ["lifecycle", lifecycle],
  ["exec", exec],
  ["state", state],
  ["list", list],
  ["mounts-100", (ground: Ground) => mounts(ground, 100, 0.25)],
  ["mounts-1000", (ground: Ground) => mounts(ground, 1000, 0.1)],
  ["at-once", atOnce],
  ["charged", charged],
  ["smallest", smallest],
]);
