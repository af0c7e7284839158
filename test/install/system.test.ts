import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { COMPLETIONS } from "../../src/cli/generated/completions.ts";

const PAGES = readdirSync("docs/man").sort();
const NOBODY = 65534;
/** Stands for the static binary where only its place matters. */
const STAND_IN = '#!/bin/sh\n[ "$1" = completion ] && echo "# for $2"\n';

interface Lab {
  /** Holds a copy of what the script needs of the checkout. */
  source: string;
  destination: string;
  run(
    env?: Record<string, string>,
    ...args: string[]
  ): { status: number | null; stdout: string; stderr: string };
}

/** A checkout with `binary` as build/runt, and an empty place to install to. */
function makeLab(t: Test, binary: string | undefined): Lab {
  const folder = t.testdir({ source: { scripts: {}, build: {}, docs: {} } });
  const source = join(folder, "source");
  cpSync("scripts/install-system.sh", join(source, "scripts/install-system.sh"));
  cpSync("docs/man", join(source, "docs/man"), { recursive: true });
  if (binary !== undefined) writeFileSync(join(source, "build/runt"), binary, { mode: 0o755 });
  const destination = join(folder, "a place");
  return {
    source,
    destination,
    run: (env = {}, ...args) =>
      spawnSync("bash", [join(source, "scripts/install-system.sh"), ...args], {
        encoding: "utf8",
        env: { PATH: process.env.PATH, DESTDIR: destination, ...env },
      }),
  };
}

/** Every path below `folder` with its mode; directories end with a slash. */
function tree(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const stat = lstatSync(join(folder, entry));
    found.set(stat.isDirectory() ? `${entry}/` : entry, stat.mode & 0o7777);
  }
  return found;
}

function filesOf(folder: string): string[] {
  return [...tree(folder).keys()].filter((path) => !path.endsWith("/"));
}

function expectedFiles(prefix: string): string[] {
  const share = `${prefix}/share`;
  return [
    `${prefix}/bin/runt`,
    `${share}/bash-completion/completions/runt`,
    `${share}/fish/vendor_completions.d/runt.fish`,
    ...PAGES.map((page) => `${share}/man/man8/${page}`),
    `${share}/runt/installed`,
    `${share}/zsh/site-functions/_runt`,
  ].sort();
}

t.test("installs all parts with their modes, again and again", async (t) => {
  const lab = makeLab(t, STAND_IN);
  const { status, stderr } = lab.run();
  t.equal(`${status} ${stderr}`, "0 ");
  t.strictSame(filesOf(lab.destination), expectedFiles("usr/local"));
  const before = tree(lab.destination);
  for (const [path, mode] of before) {
    t.equal(mode, path.endsWith("/") || path.endsWith("bin/runt") ? 0o755 : 0o644, path);
  }
  t.equal(
    readFileSync(join(lab.destination, "usr/local/share/zsh/site-functions/_runt"), "utf8"),
    "# for zsh\n",
  );
  const list = readFileSync(join(lab.destination, "usr/local/share/runt/installed"), "utf8");
  t.equal(lab.run().status, 0);
  t.strictSame(tree(lab.destination), before);
  t.equal(readFileSync(join(lab.destination, "usr/local/share/runt/installed"), "utf8"), list);
});

t.test("a strict umask does not make it unreadable", async (t) => {
  const lab = makeLab(t, STAND_IN);
  const old = process.umask(0o077);
  const { status } = lab.run({ PREFIX: "/usr" });
  process.umask(old);
  t.equal(status, 0);
  t.equal(lstatSync(join(lab.destination, "usr/share/man")).mode & 0o777, 0o755);
  t.equal(lstatSync(join(lab.destination, "usr/share/man/man8/runt.8")).mode & 0o777, 0o644);
});

t.test("uninstall removes what was installed, and nothing else", async (t) => {
  const lab = makeLab(t, STAND_IN);
  const own = join(lab.destination, "usr/share/fish/vendor_completions.d");
  mkdirSync(join(lab.destination, "usr/bin"), { recursive: true });
  writeFileSync(join(lab.destination, "usr/bin/runc"), "");
  t.equal(lab.run({ PREFIX: "/usr" }).status, 0);
  writeFileSync(join(own, "other.fish"), "");
  t.equal(lab.run({ PREFIX: "/usr" }, "--uninstall").status, 0);
  t.strictSame(
    [...tree(lab.destination).keys()],
    [
      "usr/",
      "usr/bin/",
      "usr/bin/runc",
      "usr/share/",
      "usr/share/fish/",
      "usr/share/fish/vendor_completions.d/",
      "usr/share/fish/vendor_completions.d/other.fish",
    ],
  );
});

t.test("uninstall leaves an empty place empty, even after a second installation", async (t) => {
  const lab = makeLab(t, STAND_IN);
  t.equal(lab.run().status, 0);
  t.equal(lab.run().status, 0);
  t.equal(lab.run({}, "--uninstall").status, 0);
  t.strictSame([...tree(lab.destination).keys()], []);
  const again = lab.run({}, "--uninstall");
  t.equal(again.status, 1);
  t.match(again.stderr, /^install-system: nothing to remove: there is no \/.*\n$/);
});

t.test("a new version takes away what only the old one had", async (t) => {
  const lab = makeLab(t, STAND_IN);
  t.equal(lab.run().status, 0);
  const page = PAGES[3] ?? "";
  unlinkSync(join(lab.source, "docs/man", page));
  t.equal(lab.run().status, 0);
  t.strictSame(
    filesOf(lab.destination),
    expectedFiles("usr/local").filter((path) => !path.endsWith(`/${page}`)),
  );
});

t.test("without the binary, or with one that does not run, nothing is touched", async (t) => {
  for (const [binary, reason] of [
    [undefined, /is missing; make it with: npm run build$/],
    ["#!/bin/sh\nexit 1\n", /completion bash fails; build it again with: npm run build$/],
  ] as const) {
    const lab = makeLab(t, binary);
    const { status, stdout, stderr } = lab.run();
    t.equal(`${status} ${stdout}`, "1 ");
    t.match(stderr.trimEnd(), reason);
    t.equal(stderr.split("\n").length, 2, "one line");
    t.notOk(existsSync(lab.destination));
  }
});

t.test("wrong uses are refused", async (t) => {
  const lab = makeLab(t, STAND_IN);
  for (const { status, stderr } of [
    lab.run({ PREFIX: "usr" }),
    lab.run({ DESTDIR: "here" }),
    lab.run({}, "--remove"),
    lab.run({}, "--uninstall", "now"),
  ]) {
    t.equal(status, 1);
    t.match(stderr, /^install-system: .*\n$/);
  }
  t.notOk(existsSync(lab.destination));
});

t.test("needs no root for a DESTDIR of one's own", async (t) => {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  // The checkout may be below a folder that nobody else can enter.
  const folder = spawnSync("mktemp", ["-d"], { encoding: "utf8" }).stdout.trim();
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lab = makeLab(t, STAND_IN);
  cpSync(lab.source, folder, { recursive: true });
  chmodSync(folder, 0o777);
  const { status, stderr } = spawnSync("bash", [join(folder, "scripts/install-system.sh")], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, DESTDIR: join(folder, "to"), PREFIX: "/opt/runt" },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  t.equal(`${status} ${stderr}`, "0 ");
  t.strictSame(filesOf(join(folder, "to")), expectedFiles("opt/runt"));
});

const noBinary = !existsSync("build/runt") && "no build/runt";
t.test("the real binary runs from where it is installed", { skip: noBinary }, async (t) => {
  const destination = t.testdir();
  const env = { PATH: process.env.PATH, DESTDIR: destination, PREFIX: "/usr" };
  t.equal(spawnSync("bash", ["scripts/install-system.sh"], { env }).status, 0);
  const version = spawnSync(join(destination, "usr/bin/runt"), ["--version"], { encoding: "utf8" });
  t.match(version.stdout, /^runt version \d/);
  const scripts = {
    bash: "bash-completion/completions/runt",
    zsh: "zsh/site-functions/_runt",
    fish: "fish/vendor_completions.d/runt.fish",
  };
  for (const [shell, path] of Object.entries(scripts)) {
    t.equal(readFileSync(join(destination, "usr/share", path), "utf8"), COMPLETIONS.get(shell), shell);
  }
});
