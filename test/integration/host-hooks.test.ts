import t from "tap";
import { compileHostHooks } from "../../src/compile/hooks.ts";
import type { RuntError } from "../../src/error/runt-error.ts";
import { newExecution } from "../../src/runtime/execution.ts";
import { runHostHook } from "../../src/runtime/watch-hook.ts";
import type { Hook } from "../../src/spec/types.ts";
import { openFds } from "./lab.ts";
import { Box, rt } from "./process-box.ts";

const box = new Box();
t.teardown(() => box.remove());
const seen = `${box.folder}/seen`;

/** Runs one hook as the parent does; gives its error. */
function run(hook: Partial<Hook>): RuntError | undefined {
  const hooks = { createRuntime: [{ path: "/bin/sh", ...hook }] };
  const [step] = compileHostHooks({ ociVersion: "1.2.0", hooks }, "createRuntime");
  if (step === undefined) throw new Error("no step");
  const execution = newExecution(rt, { version: 1, host: [step], init: [], imports: [] }, []);
  try {
    runHostHook(execution, step, '{"status":"creating"}');
    return undefined;
  } catch (error) {
    return error as RuntError;
  }
}

const sh = (script: string, env?: string[]) => ({
  args: ["zero", "-c", `exec > ${seen} 2>&1; ${script}`],
  env,
});

t.test("state on stdin, argv and environment as given", (t) => {
  t.equal(run(sh("cat; echo; echo $0; /usr/bin/env", ["A=1"])), undefined);
  const [state, zero, ...env] = box.read(seen).trim().split("\n");
  t.equal(state, '{"status":"creating"}');
  t.equal(zero, "zero");
  t.ok(env.includes("A=1"));
  t.notOk(
    env.some((entry) => entry.startsWith("HOME=") || entry.startsWith("USER=")),
    "nothing is inherited",
  );
  t.end();
});

t.test("no fd of the runtime and no ignored signal reaches the hook", (t) => {
  t.equal(run(sh("/bin/ls /proc/self/fd; /bin/grep SigIgn /proc/self/status")), undefined);
  t.same(box.read(seen).trim().split("\n"), ["0", "1", "2", "3", "SigIgn:\t0000000000000000"]);
  t.end();
});

t.test("a hook that fails, dies, runs too long or is not there", (t) => {
  t.match(run({ args: ["sh", "-c", "echo hello; exit 7"] }), {
    code: "HOOK_FAILED",
    pointer: "/hooks/createRuntime/0",
    message: /^error running createRuntime hook #0: exit status 7.*hello/,
  });
  t.match(run({ args: ["sh", "-c", "kill -11 $$"] })?.message, /killed by signal 11/);
  t.match(
    run({ args: ["sh", "-c", "sleep 60"], timeout: 1 })?.message,
    /hook ran past specified timeout of 1\.0s/,
  );
  t.match(run({ path: "/nope" })?.message, /exit status 127.*exec \/nope: no such file or directory/);
  t.match(run({ path: "/etc/passwd" })?.message, /exit status 126.*exec \/etc\/passwd: permission denied/);
  t.end();
});

t.test("nothing is left open", (t) => {
  const before = openFds();
  run({ args: ["sh", "-c", "exit 1"] });
  run({ path: "/nope" });
  t.equal(openFds(), before);
  t.end();
});
