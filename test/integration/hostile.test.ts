/**
 * Images and configs that try to make the runtime act outside of the rootfs. Each ends in an error that names what is
 * wrong, or in a container that is confined; a canary outside is never touched.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Spec } from "../../src/spec/types.ts";
import { binaryTest } from "./binary.ts";
import { attempt, Outside, refusedOrConfined, replace, targets } from "./hostile.ts";

t.setTimeout(600_000);

for (const name of ["proc", "sys", "dev"]) {
  binaryTest(`/${name} is a symlink (CVE-2023-27561, CVE-2026-41579)`, (t, lab) => {
    const outside = new Outside(lab);
    for (const target of targets(outside)) {
      const ended = attempt(lab, ["ls", `/${name}`], (rootfs) => replace(rootfs, name, target));
      refusedOrConfined(t, ended, target, new RegExp(`/${name}`));
      if (name !== "dev") t.equal(ended.status, 1, "kernel filesystems go on ordinary directories only");
      outside.check(t, target);
    }
    const inside = attempt(lab, ["true"], (rootfs) => {
      mkdirSync(join(rootfs, "real"));
      replace(rootfs, name, "/real");
    });
    refusedOrConfined(t, inside, "a link inside", new RegExp(`/${name}`));
  });
}

binaryTest("a mount's destination leads through a symlink", (t, lab) => {
  const outside = new Outside(lab);
  for (const target of targets(outside)) {
    const ended = attempt(
      lab,
      ["ls", "/escape/made"],
      (rootfs) => replace(rootfs, "escape", target),
      (spec) => {
        spec.mounts = [
          ...(spec.mounts ?? []),
          { destination: "/escape/made", type: "tmpfs", source: "tmpfs" },
          { destination: "/escape/file", type: "bind", source: "/etc/hostname", options: ["bind", "ro"] },
        ];
      },
    );
    refusedOrConfined(t, ended, target, /mounts\[\d+\]|escape/);
    outside.check(t, target);
  }
});

binaryTest("a mount's destination climbs up", (t, lab) => {
  const outside = new Outside(lab);
  for (const destination of [
    "/../../outside/made",
    "/data/../../../outside/made",
    "/../../../../outside/empty",
  ]) {
    const ended = attempt(
      lab,
      ["true"],
      () => undefined,
      (spec) => {
        spec.mounts = [...(spec.mounts ?? []), { destination, type: "tmpfs", source: "tmpfs" }];
      },
    );
    refusedOrConfined(t, ended, destination, /mounts\[\d+\]|destination/);
    outside.check(t, destination);
  }
});

binaryTest("a mount on the rootfs itself is refused", (t, lab) => {
  for (const destination of ["/", "/..", "/data/.."]) {
    const ended = attempt(
      lab,
      ["true"],
      () => undefined,
      (spec) => {
        spec.mounts = [{ destination, type: "tmpfs", source: "tmpfs" }, ...(spec.mounts ?? [])];
      },
    );
    t.equal(ended.status, 1, destination);
    t.match(ended.stderr, /mounts\[0\]/, destination);
  }
});

binaryTest("/dev/null of the image is not trusted for masks (CVE-2025-31133)", (t, lab) => {
  const outside = new Outside(lab);
  const secret = (spec: Spec): void => {
    // Without a mount on /dev the image's own files are what is there.
    spec.mounts = spec.mounts?.filter(({ destination }) => !destination.startsWith("/dev"));
    spec.root = { path: "rootfs" };
    spec.linux = { ...spec.linux, maskedPaths: ["/etc/secret", "/proc/kcore"] };
  };
  const script = "echo over >/dev/null; cat /etc/secret; echo done";
  for (const [what, spoil] of [
    ["a link out", (rootfs: string) => replace(rootfs, "dev/null", join(outside.folder, "file"))],
    ["a climbing link", (rootfs: string) => replace(rootfs, "dev/null", "../../../outside/file")],
    ["a link into proc", (rootfs: string) => replace(rootfs, "dev/null", "/proc/self/comm")],
    ["a file", (rootfs: string) => writeFileSync(join(rootfs, "dev/null"), "fake")],
    ["a directory", (rootfs: string) => mkdirSync(join(rootfs, "dev/null"))],
  ] as const) {
    const ended = attempt(
      lab,
      ["sh", "-c", script],
      (rootfs) => {
        writeFileSync(join(rootfs, "etc/secret"), "secret");
        spoil(rootfs);
      },
      secret,
    );
    if (ended.status === 0) t.equal(ended.stdout, "done\n", `${what}: the mask is empty`);
    else t.match(ended.stderr, /\/dev\/null/, `${what}: an error that names it`);
    outside.check(t, what);
  }
});

binaryTest("masked and readonly paths lead through symlinks", (t, lab) => {
  const outside = new Outside(lab);
  for (const target of targets(outside)) {
    const ended = attempt(
      lab,
      ["true"],
      (rootfs) => replace(rootfs, "trap", target),
      (spec) => {
        spec.linux = {
          ...spec.linux,
          maskedPaths: ["/trap/file", "/trap/empty"],
          readonlyPaths: ["/trap", "/trap/empty"],
        };
      },
    );
    refusedOrConfined(t, ended, target, /maskedPaths|readonlyPaths|\/trap/);
    outside.check(t, target);
  }
});

binaryTest("a device node's place is taken by a symlink", (t, lab) => {
  const outside = new Outside(lab);
  for (const target of [join(outside.folder, "new"), join(outside.folder, "file"), "../../../outside/new"]) {
    const ended = attempt(
      lab,
      ["true"],
      (rootfs) => {
        replace(rootfs, "dev/trap", target);
        for (const name of ["ptmx", "fd", "stdin", "core", "zero"]) replace(rootfs, `dev/${name}`, target);
      },
      (spec) => {
        spec.mounts = spec.mounts?.filter(({ destination }) => !destination.startsWith("/dev"));
        spec.root = { path: "rootfs" };
        spec.linux = {
          ...spec.linux,
          devices: [{ path: "/dev/trap", type: "c", major: 1, minor: 3, fileMode: 0o666, uid: 5, gid: 5 }],
        };
      },
    );
    refusedOrConfined(t, ended, target, /\/dev\//);
    outside.check(t, target);
  }
});

binaryTest("the rootfs is a file or missing", (t, lab) => {
  const bundle = lab.bundle(["true"]);
  const run = () => lab.runt(["run", "-b", bundle, lab.id("hostile")]);
  rmSync(join(bundle, "rootfs"), { recursive: true });
  const told = (errno: string, cure: string): void => {
    const { status, stderr } = run();
    t.equal(status, 1);
    t.ok(
      stderr.startsWith(`runt run failed: root.path: clone the root filesystem ${bundle}/rootfs: `),
      stderr,
    );
    t.match(stderr, `open_tree: ${errno}: `);
    t.match(stderr, cure);
  };
  writeFileSync(join(bundle, "rootfs"), "");
  told("ENOTDIR", "root.path must name the directory that holds the container's files");
  rmSync(join(bundle, "rootfs"));
  told("ENOENT", "make the directory, or let root.path name an existing one");
});
