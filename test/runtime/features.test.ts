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
  const { mountOptions = [], linux: { namespaces, capabilities = [] } = {} } = document;
  t.ok(mountOptions.includes("rro") && mountOptions.includes("rbind"));
  t.notOk(mountOptions.includes("idmap"), "idmapped mounts are refused");
  t.same(mountOptions, [...mountOptions].sort());
  t.same(namespaces, ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
  t.ok(capabilities.includes("CAP_CHECKPOINT_RESTORE"));
  t.equal(new Set(capabilities).size, capabilities.length);
});

t.test("SPEC(features): no null, which would mean 'unknown'", async (t) => {
  t.notMatch(JSON.stringify(features()), /null/);
});
