/**
 * Images and configs that try to make the runtime act outside of the rootfs. Each ends in an error that names what is
 * wrong, or in a container that is confined; a canary outside is never touched.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { Spec } from "../../src/spec/types.ts";
import { type BinaryLab, binaryTest, type Ended } from "./binary.ts";

t.setTimeout(600_000);

/** A folder beside the rootfs that holds what a container must not reach. */
class Outside {
  readonly folder: string;
  private readonly before: string;

  constructor(lab: BinaryLab) {
    this.folder = lab.path("outside");
    mkdirSync(this.folder);
    mkdirSync(join(this.folder, "empty"));
    writeFileSync(join(this.folder, "file"), "untouched");
    this.before = this.picture();
  }

  /** Names, modes, owners and contents. */
  private picture(): string {
    const names = readdirSync(this.folder, { recursive: true }).map(String).sort();
    const lines = names.map((name) => {
      const { mode, uid, gid, size, mtimeMs } = statSync(join(this.folder, name));
      return [name, mode, uid, gid, size, mtimeMs].join(" ");
    });
    return [...lines, readFileSync(join(this.folder, "file"), "utf8")].join("\n");
  }

  check(t: Test, what: string): void {
    t.equal(this.picture(), this.before, `${what}: nothing outside has changed`);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    t.notMatch(mounts, this.folder, `${what}: nothing is mounted outside`);
  }
}

/** Runs a bundle after `spoil` has changed its rootfs. */
function attempt(
  lab: BinaryLab,
  args: string[],
  spoil: (rootfs: string) => void,
  change?: (spec: Spec) => void,
): Ended {
  const bundle = lab.bundle(args, change);
  spoil(join(bundle, "rootfs"));
  return lab.runt(["run", "-b", bundle, lab.id("hostile")]);
}

function replace(rootfs: string, name: string, target: string): void {
  rmSync(join(rootfs, name), { recursive: true, force: true });
  symlinkSync(target, join(rootfs, name));
}

/** A link to the folder: absolute, or by climbing up, both as seen from the host and from inside. */
function targets(outside: Outside): string[] {
  return [outside.folder, `../../outside`, `../../../../../../../..${outside.folder}`, "/proc/self/cwd"];
}

function refusedOrConfined(t: Test, ended: Ended, what: string, named: RegExp): void {
  if (ended.status === 0) t.pass(`${what}: a confined container`);
  else t.match(ended.stderr, named, `${what}: an error that names it`);
  t.notMatch(ended.stderr, "internal error", what);
}

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

binaryTest("the working directory is an inherited descriptor (CVE-2024-21626)", (t, lab) => {
  const id = lab.start("leak");
  for (let fd = 3; fd < 20; fd++) {
    const cwd = `/proc/self/fd/${fd}`;
    const run = attempt(
      lab,
      ["ls", "../../../../etc/os-release"],
      () => undefined,
      (spec) => {
        spec.process = { ...spec.process, cwd };
      },
    );
    t.not(run.status, 0, cwd);
    t.match(run.stderr, /cwd/, cwd);
    if (fd > 9) continue;
    const exec = lab.runt(["exec", "--cwd", cwd, id, "pwd"]);
    if (exec.status === 0) t.equal(exec.stdout, "/\n", "it is the container's own root");
    else t.match(exec, { status: 255, stderr: /cwd/ }, cwd);
  }
});

binaryTest("the working directory is a descriptor that the caller leaks or hands over", (t, lab) => {
  const id = lab.start("handed");
  const outside = openSync("/", "r");
  for (const preserve of ["0", "4"]) {
    const options = { fds: Array(4).fill(outside) };
    for (let fd = 3; fd < 7; fd++) {
      const cwd = `/proc/self/fd/${fd}`;
      const bundle = lab.bundle(["ls", "."], (spec) => {
        spec.process = { ...spec.process, cwd };
      });
      const run = lab.runt(["run", "--preserve-fds", preserve, "-b", bundle, lab.id("hostile")], options);
      t.match(run, { status: 1, stdout: "", stderr: /cwd/ }, `run ${cwd}`);
      const exec = lab.runt(
        ["exec", "--preserve-fds", preserve, "--cwd", cwd, id, "ls", "/proc/self/cwd/"],
        options,
      );
      if (exec.status === 0) t.match(exec.stdout, "data\n", "it is the container's own root");
      else t.match(exec, { status: 255, stdout: "", stderr: /cwd/ }, `exec ${cwd}`);
      if (preserve === "4") t.match(exec.stderr, "outside of container mount namespace root");
    }
  }
  closeSync(outside);
});

binaryTest("the working directory is a symlink out of the rootfs", (t, lab) => {
  const outside = new Outside(lab);
  for (const target of targets(outside)) {
    const ended = attempt(
      lab,
      ["ls"],
      (rootfs) => replace(rootfs, "work", target),
      (spec) => {
        spec.process = { ...spec.process, cwd: "/work/deep" };
      },
    );
    refusedOrConfined(t, ended, target, /cwd/);
    t.notMatch(ended.stdout, "file", `${target}: what is outside is not seen`);
    outside.check(t, target);
  }
});

/** Without HOME in its environment the user's home comes from the image's /etc/passwd. */
function withoutHome(spec: Spec): void {
  spec.process = { ...spec.process, cwd: "/", env: ["PATH=/bin"] };
}

binaryTest("/etc/passwd of the image is a trap", (t, lab) => {
  const fifo = lab.path("fifo");
  execFileSync("mkfifo", [fifo]);
  const outer = lab.path("passwd");
  writeFileSync(outer, "root:x:0:0::/stolen:/bin/sh\n");
  for (const [what, spoil] of [
    ["a pipe", (rootfs: string) => execFileSync("mkfifo", [join(rootfs, "etc/passwd")])],
    ["a link to a pipe outside", (rootfs: string) => replace(rootfs, "etc/passwd", fifo)],
    ["a link to a file outside", (rootfs: string) => replace(rootfs, "etc/passwd", outer)],
    ["a climbing link", (rootfs: string) => replace(rootfs, "etc/passwd", "../../../passwd")],
    ["a link to itself", (rootfs: string) => replace(rootfs, "etc/passwd", "passwd")],
    ["a directory", (rootfs: string) => mkdirSync(join(rootfs, "etc/passwd"))],
    ["nonsense", (rootfs: string) => writeFileSync(join(rootfs, "etc/passwd"), "\0:::\n:\nroot\n\xff")],
  ] as const) {
    const ended = attempt(lab, ["sh", "-c", "echo $HOME"], spoil, withoutHome);
    t.same(ended, { status: 0, stdout: "/\n", stderr: "" }, what);
  }
});

binaryTest("a huge /etc/passwd", (t, lab) => {
  const filler = "user:x:1000:1000::/home/user:/bin/sh\n".repeat(100_000);
  const huge = (first: string) => (rootfs: string) => {
    writeFileSync(join(rootfs, "etc/passwd"), `${first}${filler}root:x:0:0::/late:/bin/sh\n`);
  };
  const found = attempt(lab, ["sh", "-c", "echo $HOME"], huge("root:x:0:0::/root:/bin/sh\n"), withoutHome);
  t.same(found, { status: 0, stdout: "/root\n", stderr: "" });
  const late = attempt(lab, ["sh", "-c", "echo $HOME"], huge(""), withoutHome);
  t.match(late, { status: 0, stderr: "" });
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
  writeFileSync(join(bundle, "rootfs"), "");
  t.equal(run().status, 1);
  rmSync(join(bundle, "rootfs"));
  t.match(run(), { status: 1, stderr: /rootfs/ });
});
