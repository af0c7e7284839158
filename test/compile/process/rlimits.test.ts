import t from "tap";
import { compileOpenFilesLimit, compileRlimits } from "../../../src/compile/process/rlimits.ts";
import type { Rlimit } from "../../../src/spec/types.ts";
import { callsOf, encode, inputOf, sysCalls } from "./input.ts";
import { walk } from "./walk.ts";

const PID = [["init.pid", 42]] as const;
const steps = (rlimits: Rlimit[] | undefined, nofile = { soft: 1024, hard: 4096 }) => {
  const made = compileRlimits(inputOf({ process: { rlimits }, facts: { nofile } }));
  encode(made, PID);
  return made;
};

/** The operands of init's own step. */
const ownStep = (rlimits: Rlimit[] | undefined, nofile = { soft: 1024, hard: 4096 }) => {
  const made = compileOpenFilesLimit(inputOf({ process: { rlimits }, facts: { nofile } }));
  encode(made);
  return sysCalls(made, "prlimit64")[0]?.args;
};

t.test("each limit is set on init by its number, soft before hard", (t) => {
  const made = steps([
    { type: "RLIMIT_NPROC", soft: 10, hard: 20 },
    { type: "RLIMIT_CORE", soft: 0, hard: 2 ** 64 },
  ]);
  t.same(
    sysCalls(made, "prlimit64").map((call) => call.args),
    [
      [{ slot: "init.pid" }, 6, { block: [{ u64: 10n }, { u64: 20n }] }, 0],
      [{ slot: "init.pid" }, 4, { block: [{ u64: 0n }, { u64: 0xffffffffffffffffn }] }, 0],
    ],
  );
  t.same(
    made.map((step) => [step.from, step.title]),
    [
      ["/process/rlimits/0", "set RLIMIT_NPROC to 10 (hard 20)"],
      ["/process/rlimits/1", "set RLIMIT_CORE to 0 (hard unlimited)"],
    ],
  );
  t.end();
});

t.test("the limit of open files: raised by the parent, lowered by init itself", (t) => {
  const low = { type: "RLIMIT_NOFILE", soft: 10, hard: 20 };
  t.same(steps([low]), [], "init may lower it");
  t.same(ownStep([low]), [0, 7, { block: [{ u64: 10n }, { u64: 20n }] }, 0]);
  const high = { type: "RLIMIT_NOFILE", soft: 10, hard: 5000 };
  t.same(steps([high]).length, 1, "raising the hard limit takes the parent's privilege");
  t.same(ownStep([high]), [0, 7, { block: [{ u64: 10n }, { u64: 5000n }] }, 0]);
  t.end();
});

t.test("without a limit of open files that of runt's start is restored", (t) => {
  const nofile = { soft: 256, hard: 2 ** 64 };
  const wanted = [0, 7, { block: [{ u64: 256n }, { u64: 0xffffffffffffffffn }] }, 0];
  t.same(ownStep([{ type: "RLIMIT_CPU", soft: 1, hard: 1 }], nofile), wanted);
  t.same(ownStep(undefined, nofile), wanted);
  t.end();
});

t.test("refusals name the limit, the rule and the cure", (t) => {
  const calls = callsOf(steps([{ type: "RLIMIT_NPROC", soft: 10, hard: 20 }]));
  t.equal(walk(calls, () => 0, PID).failed, undefined);
  t.match(walk(calls, () => "EPERM", PID).failed, {
    errno: "EPERM",
    why: /^set RLIMIT_NPROC to 10 \(hard 20\): the hard limit may only be raised with CAP_SYS_RESOURCE/,
  });
  t.match(walk(calls, () => "EINVAL", PID).failed, { errno: "EINVAL", why: /soft limit is above the hard/ });
  t.match(walk(calls, () => "ESRCH", PID).failed, { errno: "ESRCH" });
  t.end();
});

t.test("a type that Linux does not have is an error", (t) => {
  t.throws(() => steps([{ type: "RLIMIT_FOO", soft: 1, hard: 1 }]), {
    code: "SPEC_INVALID",
    pointer: "/process/rlimits/0/type",
    message: /RLIMIT_FOO/,
  });
  t.end();
});
