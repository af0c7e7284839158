import t from "tap";
import type { Spec } from "../../src/spec/types.ts";
import {
  parseStateFile,
  parseStateHead,
  printStateFile,
  type StateFile,
} from "../../src/state/state-file.ts";

const STATE: StateFile = {
  version: 1,
  phase: "created",
  id: "box",
  pid: 42,
  startTime: 7,
  bundle: "/bundle\n2",
  rootfs: "/bundle/rootfs",
  created: "2026-01-02T03:04:05.678Z",
  cgroup: { mode: "v1", directories: [{ path: "a" }, { path: "b" }] },
  late: [{ pc: 1, kind: "exec", from: "/process", title: "execute" }],
  spec: { ociVersion: "1.2.0", annotations: { "a\nb": "grün" } } as Spec,
};
const FREEZER = { mode: "v1", directories: [{ path: "b" }] };

t.test("the whole file is JSON with all that was printed", async (t) => {
  const text = printStateFile(STATE, FREEZER);
  t.match(JSON.parse(text), STATE);
  t.match(parseStateFile(text, "x"), STATE);
});

t.test("the first line tells what state and list need", async (t) => {
  const lines = printStateFile(STATE, FREEZER).split("\n");
  t.equal(lines.length, 2, "whatever the values hold");
  const { cgroup: _, late: __, spec: ___, ...rest } = STATE;
  const head = { ...rest, freezer: FREEZER, ociVersion: "1.2.0", annotations: { "a\nb": "grün" } };
  t.same(parseStateHead(lines[0] ?? "", "x"), head);
  t.match(parseStateHead(lines.join("\n"), "x"), head, "all of it does, too");
});

t.test("what is no state file is refused by name", async (t) => {
  const cases = [
    ["{", /the state file \/s is not JSON/],
    ["null", /has version undefined, not 1/],
    ['{"version":2}', /has version 2, not 1/],
    ['{"version":1,"id":"x"}', /lacks id or pid/],
    ['{"version":1,"id":"x","pid":1}', /lacks/],
  ] as const;
  for (const [text, message] of cases) {
    t.throws(() => parseStateFile(text, "/s"), { code: "STATE_BROKEN", message });
    t.throws(() => parseStateHead(text, "/s"), { code: "STATE_BROKEN", message });
  }
});
