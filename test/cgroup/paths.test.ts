import t from "tap";
import { cgroupDirectories } from "../../src/cgroup/paths.ts";
import { directoryOf, unifiedDirectory } from "../../src/cgroup/record.ts";
import { HYBRID, NONE, V1, V2 } from "./fixtures.ts";

/** "mount + path" by controllers, to compare at a glance. */
function places(path: string | undefined, id: string, facts: typeof V1): Record<string, string> {
  return Object.fromEntries(
    cgroupDirectories(path, id, facts).map((entry) => [
      entry.version === 2 ? "v2" : entry.controllers.join(","),
      `${entry.mount} ${entry.path}`,
    ]),
  );
}

t.test("an absolute path starts at every mount, named hierarchies included", async (t) => {
  const found = places("/docker/01", "01", V1);
  t.equal(Object.keys(found).length, V1.v1.length);
  t.equal(found.memory, "/sys/fs/cgroup/memory docker/01");
  t.equal(found["name=systemd"], "/sys/fs/cgroup/systemd docker/01");
  t.same(places("/docker/01", "01", V2), { v2: "/sys/fs/cgroup docker/01" });
});

t.test("a relative path starts at the own cgroup on v1 and beside it on v2", async (t) => {
  const found = places("a/b", "x", HYBRID);
  t.equal(found.memory, "/sys/fs/cgroup/memory user.slice/a/b");
  t.equal(found.cpuset, "/sys/fs/cgroup/cpuset a/b");
  t.equal(found.v2, "/sys/fs/cgroup/unified user.slice/a/b");
  t.same(places("a/b", "x", V2), { v2: "/sys/fs/cgroup user.slice/a/b" });
});

t.test("without a path the id is the relative path", async (t) => {
  for (const path of [undefined, ""]) {
    t.same(places(path, "box", V2), { v2: "/sys/fs/cgroup user.slice/box" });
    t.equal(places(path, "box", V1).memory, "/sys/fs/cgroup/memory user.slice/box");
  }
});

t.test("a runtime in the root cgroup puts containers below the root", async (t) => {
  const facts = { ...V2, v2: { mount: "/sys/fs/cgroup", own: "/", controllers: [] } };
  t.same(places(undefined, "box", facts), { v2: "/sys/fs/cgroup box" });
});

t.test("paths are cleaned and cannot climb out", async (t) => {
  t.same(places("/../../a/./b//c/..", "x", V2), { v2: "/sys/fs/cgroup a/b" });
  t.same(places("../../../etc", "x", V2), { v2: "/sys/fs/cgroup user.slice/etc" });
  t.equal(places("../../../etc", "x", V1).memory, "/sys/fs/cgroup/memory user.slice/etc");
});

t.test("paths that name no cgroup are refused with their pointer", async (t) => {
  for (const path of ["/", "..", "/a/..", "/a\nb", `/${"x".repeat(256)}`, `/${"ä".repeat(128)}`]) {
    t.throws(() => cgroupDirectories(path, "x", V2), { code: "SPEC_INVALID", pointer: "/linux/cgroupsPath" });
  }
  t.doesNotThrow(() => cgroupDirectories(`/${"x".repeat(255)}`, "x", V2));
});

t.test("an own cgroup outside of the mount only matters for relative paths", async (t) => {
  const facts = { ...V2, v2: { mount: "/sys/fs/cgroup", own: "/../other", controllers: [] } };
  t.throws(() => cgroupDirectories("a", "x", facts), { code: "HOST_UNSUPPORTED" });
  t.same(places("/a", "x", facts), { v2: "/sys/fs/cgroup a" });
});

t.test("no hierarchy, no directory", async (t) => {
  t.same(cgroupDirectories("/a", "x", NONE), []);
});

t.test("directoryOf prefers v1 and knows both names of a controller", async (t) => {
  const hybrid = cgroupDirectories("/a", "x", HYBRID);
  t.equal(directoryOf(hybrid, "hugetlb")?.version, 2);
  t.equal(directoryOf(hybrid, "memory")?.version, 1);
  t.equal(directoryOf(hybrid, "blkio", "io")?.version, 1);
  t.equal(directoryOf(cgroupDirectories("/a", "x", V2), "blkio", "io")?.version, 2);
  t.equal(directoryOf(hybrid, "rdma"), undefined);
  t.equal(unifiedDirectory(hybrid)?.mount, "/sys/fs/cgroup/unified");
  t.equal(unifiedDirectory(cgroupDirectories("/a", "x", V1)), undefined);
});
