import t from "tap";
import { features } from "../../src/runtime/features.ts";

t.test("the document says what runt carries out", async (t) => {
  const document = features();
  t.equal(document.ociVersionMin, "1.0.0");
  t.match(document.ociVersionMax, /^1\.\d+\.\d+$/);
  t.same(document.hooks, [
    "prestart",
    "createRuntime",
    "createContainer",
    "startContainer",
    "poststart",
    "poststop",
  ]);
  t.ok(document.mountOptions.includes("rro") && document.mountOptions.includes("rbind"));
  t.notOk(document.mountOptions.includes("idmap"), "idmapped mounts are refused");
  t.same(document.mountOptions, [...document.mountOptions].sort());
  t.same(document.linux.namespaces, ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
  t.ok(document.linux.capabilities.includes("CAP_CHECKPOINT_RESTORE"));
  t.equal(new Set(document.linux.capabilities).size, document.linux.capabilities.length);
});

t.test("SPEC(features): no null, which would mean 'unknown'", async (t) => {
  t.notMatch(JSON.stringify(features()), /null/);
});
