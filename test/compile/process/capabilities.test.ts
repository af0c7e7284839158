import t from "tap";
import {
  capabilityWarnings,
  compileBoundingSet,
  compileCapabilities,
} from "../../../src/compile/process/capabilities.ts";
import type { Capabilities } from "../../../src/spec/types.ts";
import { encode, inputOf, sysCalls, wordsOf } from "./input.ts";
import { walk } from "./walk.ts";

const CAPBSET_DROP = 24;
const AMBIENT = 47;
const given = (capabilities: Capabilities | undefined, lastCapability = 40) =>
  inputOf({ process: { capabilities }, facts: { lastCapability } });

t.test(
  "every capability up to the kernel's last that is not listed is dropped from the bounding set",
  (t) => {
    const steps = compileBoundingSet(given({ bounding: ["CAP_KILL", "CAP_SETPCAP", "CAP_NOT_YET"] }, 10));
    encode(steps);
    const dropped = sysCalls(steps, "prctl").map((call) => call.args.slice(0, 2));
    t.same(
      dropped,
      [0, 1, 2, 3, 4, 6, 7, 9, 10].map((bit) => [CAPBSET_DROP, bit]),
    );
    t.equal(steps[0]?.title, "keep 2 of 11 capabilities in the bounding set");
    t.end();
  },
);

t.test("the sets are two words each, interleaved: effective, permitted, inheritable", (t) => {
  const steps = compileCapabilities(
    given({
      effective: ["CAP_CHOWN", "CAP_SETFCAP"],
      permitted: ["CAP_CHOWN", "CAP_SETFCAP", "CAP_BPF"],
      inheritable: ["CAP_PERFMON"],
    }),
  );
  encode(steps);
  const [header, data] = sysCalls(steps, "capset")[0]?.args ?? [];
  t.same(wordsOf(header), [0x20080522, 0]);
  t.same(wordsOf(data), [0x80000001, 0x80000001, 0, 0, 1 << 7, 1 << 6]);
  t.end();
});

t.test("ambient capabilities are cleared, then raised; one that cannot be is no failure", (t) => {
  const steps = compileCapabilities(given({ ambient: ["CAP_CHOWN", "CAP_KILL"] }));
  const calls = steps[0]?.calls ?? [];
  const { made, failed } = walk(calls, (call) =>
    call.name === "prctl" && call.args[1] === 2 && call.args[2] === 0 ? "EPERM" : 0,
  );
  t.equal(failed, undefined);
  t.same(
    made.filter((call) => call.name === "prctl").map((call) => call.args.slice(0, 3)),
    [
      [AMBIENT, 4, 0],
      [AMBIENT, 2, 0],
      [AMBIENT, 2, 5],
    ],
  );
  t.equal(made[0]?.name, "capset", "permitted and inheritable come first");
  t.end();
});

t.test("without capabilities nothing is left", (t) => {
  const bounding = compileBoundingSet(given(undefined));
  t.equal(sysCalls(bounding, "prctl").length, 41);
  const [, data] = sysCalls(compileCapabilities(given(undefined)), "capset")[0]?.args ?? [];
  t.same(wordsOf(data), [0, 0, 0, 0, 0, 0]);
  t.end();
});

t.test("names that the kernel or runt does not know change nothing", (t) => {
  const sets = given({ effective: ["CAP_CHECKPOINT_RESTORE", "CAP_FOO", "chown"] }, 39);
  const [, data] = sysCalls(compileCapabilities(sets), "capset")[0]?.args ?? [];
  t.same(wordsOf(data), [0, 0, 0, 0, 0, 0]);
  t.end();
});

t.test("an ambient capability that cannot be raised is a warning", (t) => {
  const names = ["CAP_CHOWN", "CAP_KILL"];
  t.same(capabilityWarnings(given({ ambient: names, permitted: names, inheritable: names })), []);
  const [first, ...others] = capabilityWarnings(
    given({ ambient: names, permitted: names, inheritable: ["CAP_KILL"] }),
  );
  t.match(first, /^can't raise ambient capability CAP_CHOWN: /);
  t.same(others, []);
  t.equal(capabilityWarnings(given({ ambient: names, inheritable: [] })).length, 2);
  t.same(capabilityWarnings(given({ ambient: names })), [], "old templates say so, and nobody minds");
  t.same(capabilityWarnings(given(undefined)), []);
  t.end();
});
