/** Images that want out: links where the runtime mounts, writes and executes. Never an escape. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t from "tap";
import { commandsIn } from "./command.ts";
import { clean, isRoot, leftovers, makeBundle, makeFolder, makeRuntime, writeConfig } from "./lab.ts";

const skip = isRoot ? false : "needs root";
t.setTimeout(120_000);

/** A bundle whose image is bent by `bend`, beside a folder that nothing may touch. */
function hostile(bend: (rootfs: string, outside: string) => void) {
  const folder = makeFolder("hostile");
  const outside = `${folder}/outside`;
  mkdirSync(outside);
  writeFileSync(`${outside}/canary`, "untouched");
  const bundle = makeBundle(folder, ["true"]);
  bend(`${folder}/rootfs`, outside);
  const root = `${folder}/state`;
  const id = `hostile-${process.pid}-${Math.floor(Math.random() * 1e6)}`;
  const intact = () =>
    readdirSync(outside).join() === "canary" && readFileSync(`${outside}/canary`, "utf8") === "untouched";
  return {
    folder,
    bundle,
    outside,
    id,
    runt: commandsIn(root),
    intact,
    left: () => leftovers(makeRuntime(root), id),
  };
}

function replaceByLink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

for (const name of ["proc", "sys"]) {
  t.test(`/${name} of the image is a link`, { skip }, (tt) => {
    const { folder, bundle, id, runt, intact, left } = hostile((rootfs, outside) =>
      replaceByLink(`${rootfs}/${name}`, outside),
    );
    tt.match(runt("run", "--bundle", bundle, id), {
      status: 1,
      stderr: /must be mounted on ordinary directory/,
    });
    tt.ok(intact());
    tt.same(left(), []);
    clean(folder);
    tt.end();
  });
}

for (const [what, target] of [
  ["an absolute path of the host", (outside: string) => outside],
  ["the parent folders", () => "../../../../../../outside"],
] as const) {
  t.test(`/dev and a mount's destination are links to ${what}`, { skip }, (tt) => {
    const { folder, bundle, id, runt, intact, left } = hostile((rootfs, outside) => {
      replaceByLink(`${rootfs}/dev`, target(outside));
      symlinkSync(target(outside), `${rootfs}/target`);
    });
    writeConfig(bundle, ["true"], (spec) => {
      spec.mounts?.push({ destination: "/target/deep/er", type: "tmpfs", source: "tmpfs" });
      spec.linux = { ...spec.linux, devices: [{ path: "/dev/made", type: "c", major: 1, minor: 3 }] };
    });
    runt("run", "--bundle", bundle, id);
    tt.ok(intact(), "whatever happened, it happened inside");
    tt.same(left(), []);
    clean(folder);
    tt.end();
  });
}

t.test("a device that the image has already, but another", { skip }, (tt) => {
  const { folder, bundle, id, runt, left } = hostile(() => undefined);
  writeConfig(bundle, ["true"], (spec) => {
    spec.mounts = spec.mounts?.filter((mount) => !mount.destination.startsWith("/dev"));
  });
  writeFileSync(`${folder}/rootfs/dev/null`, "no device");
  tt.match(runt("run", "--bundle", bundle, id), {
    status: 1,
    stderr: /\/dev\/null exists already and is not the device/,
  });
  tt.same(left(), []);
  clean(folder);
  tt.end();
});

t.test("masks go over what the links lead to inside, never outside", { skip }, (tt) => {
  const { folder, bundle, id, runt, outside, intact, left } = hostile((rootfs, away) =>
    symlinkSync(away, `${rootfs}/secret`),
  );
  writeConfig(bundle, ["true"], (spec) => {
    spec.linux = { ...spec.linux, maskedPaths: ["/secret", "/secret/canary"], readonlyPaths: ["/secret"] };
  });
  tt.equal(runt("run", "--bundle", bundle, id).status, 0, "there is nothing to mask inside");
  tt.ok(intact() && existsSync(outside));
  tt.same(left(), []);
  clean(folder);
  tt.end();
});

t.test("neither cwd nor the program leads through the runtime's own descriptors", { skip }, (tt) => {
  const { folder, bundle, id, runt, left } = hostile(() => undefined);
  for (let fd = 3; fd < 40; fd += 4) {
    writeConfig(bundle, ["pwd"], (spec) => {
      if (spec.process !== undefined) spec.process.cwd = `/proc/self/fd/${fd}`;
      spec.root = { path: "rootfs" };
    });
    tt.not(runt("run", "--bundle", bundle, id).status, 0, `cwd through fd ${fd}`);
    writeConfig(bundle, [`/proc/self/fd/${fd}/bin/true`]);
    tt.not(runt("run", "--bundle", bundle, id).status, 0, `program through fd ${fd}`);
    tt.same(left(), []);
  }
  clean(folder);
  tt.end();
});
