import t from "tap";
import { specTemplate } from "../../src/runtime/spec-template.ts";

function types(namespaces: readonly { type: string }[] | undefined): string[] {
  return (namespaces ?? []).map((namespace) => namespace.type);
}

t.test("root's template", async (t) => {
  const spec = specTemplate({ cgroupNamespace: false, rootless: undefined });
  t.same(types(spec.linux?.namespaces), ["pid", "network", "ipc", "uts", "mount"]);
  t.same(spec.linux?.resources, { devices: [{ allow: false, access: "rwm" }] });
  t.equal(spec.linux?.uidMappings, undefined);
  t.equal(spec.process?.noNewPrivileges, true);
  t.ok(spec.mounts?.some((mount) => mount.destination === "/dev/pts" && mount.options?.includes("gid=5")));
});

t.test("pure cgroup v2 gets a cgroup namespace", async (t) => {
  const spec = specTemplate({ cgroupNamespace: true, rootless: undefined });
  t.ok(types(spec.linux?.namespaces).includes("cgroup"));
});

t.test(
  "a template without privileges maps the caller alone and asks for nothing that it may not have",
  async (t) => {
    const spec = specTemplate({ cgroupNamespace: false, rootless: { uid: 1000, gid: 100 } });
    t.same(types(spec.linux?.namespaces), ["pid", "user", "ipc", "uts", "mount"]);
    t.same(spec.linux?.uidMappings, [{ containerID: 0, hostID: 1000, size: 1 }]);
    t.same(spec.linux?.gidMappings, [{ containerID: 0, hostID: 100, size: 1 }]);
    t.equal(spec.linux?.resources, undefined);
    t.notOk(spec.mounts?.some((mount) => mount.options?.some((option) => option.startsWith("gid="))));
    const sys = spec.mounts?.find((mount) => mount.destination === "/sys");
    t.match(sys, { source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"] });
  },
);
