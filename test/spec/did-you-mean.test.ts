import t from "tap";
import { didYouMean } from "../../src/spec/did-you-mean.ts";

t.test("the nearest name", async (t) => {
  const known = [
    "process",
    "root",
    "mounts",
    "hostname",
    "domainname",
    "readonlyPaths",
    "CAP_NET_RAW",
    "CAP_CHOWN",
    "network",
  ];
  const cases: [string, string | undefined][] = [
    ["proces", "process"],
    ["porcess", "process"],
    ["Root", "root"],
    ["mount", "mounts"],
    ["hostName", "hostname"],
    ["readOnlyPath", "readonlyPaths"],
    ["net", "network"],
    ["NET_RAW", "CAP_NET_RAW"],
    ["rootfs", "root"],
    ["CAP_NETRAW", "CAP_NET_RAW"],
    ["CAP_CHWN", "CAP_CHOWN"],
    ["CAP_BPF", undefined],
    ["x", undefined],
    ["cgroup", undefined],
    ["", undefined],
  ];
  for (const [typed, meant] of cases) t.equal(didYouMean(typed, known), meant, typed);
  t.equal(didYouMean("process", []), undefined);
  t.equal(didYouMean("x", ["b"]), undefined, "one letter is near to every other");
});
