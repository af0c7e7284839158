import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CAPABILITIES } from "../../src/tables/capabilities.ts";
import { openFds } from "./lab.ts";
import { Box } from "./process-box.ts";

if (process.getuid?.() !== 0) t.bailout("needs root");

const box = new Box();
t.teardown(() => box.remove());
const sh = (script: string) => ["sh", "-c", script];
/** What the test itself may hand on. */
const own = BigInt(`0x${/^CapPrm:\t(\w+)$/m.exec(box.read("/proc/self/status"))?.[1]}`);
const EVERY = Object.entries(CAPABILITIES)
  .filter(([, bit]) => (own >> BigInt(bit)) & 1n)
  .map(([name]) => name);
const PRIVILEGED = { bounding: EVERY, permitted: EVERY, effective: EVERY };
const SOME = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID", "CAP_KILL"];

t.test("user, groups, capabilities, umask and new privileges are as configured", (t) => {
  const { output, status, error } = box.run({
    process: {
      args: sh("id -u; id -g; id -G; umask; grep -E '^(Cap|NoNewPrivs)' /proc/self/status"),
      user: { uid: 1000, gid: 1001, additionalGids: [5, 70000], umask: 0o27 },
      capabilities: {
        bounding: SOME,
        permitted: ["CAP_KILL", "CAP_CHOWN"],
        effective: ["CAP_KILL"],
        inheritable: ["CAP_KILL"],
        ambient: ["CAP_KILL", "CAP_CHOWN"],
      },
      noNewPrivileges: true,
    },
  });
  t.equal(error, undefined);
  t.equal(status, 0);
  const [uid, gid, groups, umask, ...proc] = output.trim().split("\n");
  t.same([uid, gid, groups, umask], ["1000", "1001", "1001 5 70000", "0027"]);
  const values = Object.fromEntries(proc.map((line) => line.split(":\t") as [string, string]));
  t.match(values, {
    CapInh: "0000000000000020",
    CapPrm: "0000000000000020",
    CapEff: "0000000000000020",
    CapBnd: "00000000000000e3",
    CapAmb: "0000000000000020",
    NoNewPrivs: "1",
  });
  t.end();
});

t.test("without capabilities root has none", (t) => {
  const { output } = box.run({ process: { args: sh("grep -E '^Cap' /proc/self/status") } });
  t.equal(output.match(/0000000000000000/g)?.length, 5);
  t.end();
});

t.test("only stdio and the kept fds reach the process", (t) => {
  const list = (preserveFds: number) =>
    box
      .run({ process: { args: sh("ls /proc/self/fd") }, options: { preserveFds } })
      .output.trim()
      .split("\n");
  // The last one is that of the listing itself.
  t.same(list(0), ["0", "1", "2", "3"]);
  t.end();
});

t.test("environment and working directory", (t) => {
  mkdirSync(join(box.rootfs, "home"));
  const env = ["PATH=/bin", "A=1", "A=2"];
  t.equal(box.run({ process: { args: ["env"], env }, home: "/home" }).output, "PATH=/bin\nA=2\nHOME=/home\n");
  t.equal(box.run({ process: { args: ["pwd"], cwd: "/home" } }).output, "/home\n");
  t.equal(box.run({ process: { args: ["pwd"], cwd: "/new/deep//er/" } }).output, "/new/deep/er\n");
  symlinkSync("/home", join(box.rootfs, "link"));
  t.equal(box.run({ process: { args: ["pwd"], cwd: "/link/sub" } }).output, "/home/sub\n");
  t.end();
});

t.test("a working directory that only the user may enter", (t) => {
  mkdirSync(join(box.rootfs, "mine"), { mode: 0o700 });
  const user = { uid: 1000, gid: 1000 };
  const { error } = box.run({ process: { args: ["pwd"], cwd: "/mine", user } });
  t.equal(error, undefined, "root enters it for the user, as runc does");
  t.end();
});

t.test("CVE-2024-21626: working directories through a leaked fd", (t) => {
  // Each number may be the fd of the host's /proc, which init holds.
  for (let fd = 3; fd < 40; fd++) {
    const cwd = `/proc/self/fd/${fd}/${process.pid}/root`;
    const { error, output } = box.run({ process: { args: ["pwd"], cwd } });
    t.ok(error, `${cwd}: ${output}`);
    symlinkSync(cwd, join(box.rootfs, `trap${fd}`));
    t.ok(box.run({ process: { args: ["pwd"], cwd: `/trap${fd}` } }).error, `a link to ${cwd}`);
  }
  t.end();
});

t.test("CVE-2024-21626: programs through a leaked fd", (t) => {
  const refused: (string | undefined)[] = [];
  for (let fd = 3; fd < 64; fd++) {
    const program = `/proc/self/fd/${fd}/${process.pid}/root/bin/busybox`;
    const { error, status } = box.run({ process: { args: [program], capabilities: PRIVILEGED } });
    t.equal(status, 255, program);
    refused.push(error?.call);
  }
  // One of them is found, since init holds the host's /proc; then it is gone.
  t.equal(refused.filter((call) => call?.startsWith("execve")).length, 1);
  t.end();
});

t.test("the executable's errors are those that managers know", (t) => {
  box.put("plain", "#!/bin/sh\n", 0o644);
  mkdirSync(join(box.rootfs, "folder"));
  const line = (args: string[], path = "/bin") =>
    box.run({ process: { args, env: [`PATH=${path}`] } }).error?.message;
  t.match(line(["nope"]), /exec: "nope": executable file not found in \$PATH$/);
  t.match(line(["/nope"]), /exec: "\/nope": stat \/nope: no such file or directory$/);
  t.match(line(["/plain"]), /exec: "\/plain": permission denied$/);
  t.match(line(["plain"], "/bin:/"), /exec: "plain": permission denied$/);
  t.match(line(["/folder"]), /exec: "\/folder": is a directory$/);
  t.match(line(["/plain/x"]), /exec: "\/plain\/x": stat \/plain\/x: not a directory$/);
  t.end();
});

t.test("a failed execve is reported, though all other fds are closed", (t) => {
  box.put("script", "#!/nope\n");
  const { error, status } = box.run({ process: { args: ["/script"] } });
  t.match(error, { errno: "ENOENT", call: /^execve/ });
  t.equal(status, 255);
  t.end();
});

t.test("limits and the oom score", (t) => {
  const rlimits = [
    { type: "RLIMIT_NOFILE", soft: 300, hard: 400 },
    { type: "RLIMIT_CORE", soft: 0, hard: 2 ** 64 },
  ];
  const args = sh("ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; cat /proc/self/oom_score_adj");
  const { output } = box.run({ process: { args, rlimits, oomScoreAdj: 321 } });
  t.same(output.trim().split("\n"), ["300", "400", "0", "unlimited", "321"]);
  const wrong = () => box.start({ process: { rlimits: [{ type: "RLIMIT_CORE", soft: 2, hard: 1 }] } });
  t.throws(wrong, { errno: "EINVAL", message: /soft limit is above the hard one/ });
  t.end();
});

t.test("the session keyring is the container's own", (t) => {
  const args = sh("cat /proc/keys");
  const { output, error } = box.run({ process: { args }, options: { noNewKeyring: false } });
  t.equal(error, undefined);
  t.match(output, /_ses\.box/);
  t.match(output, / 3f1b0000 /);
  t.end();
});

t.test(
  "createContainer hooks see the host and begin in the rootfs; startContainer hooks see the container",
  (t) => {
    const outside = join(box.folder, "outside");
    const { error, output } = box.run({
      process: { args: ["true"], env: ["PATH=/bin", "A=1"] },
      hooks: {
        createContainer: [
          {
            path: "/bin/sh",
            args: ["sh", "-c", `cat > ${outside}; echo " $0 $(pwd)" >> ${outside}`, "zero"],
            env: ["PATH=/bin:/usr/bin"],
          },
        ],
        startContainer: [{ path: "/bin/sh", args: ["sh", "-c", "cat > /inside; echo $A >> /inside"] }],
      },
    });
    t.equal(error, undefined, output);
    t.equal(box.read(outside), `{"id":"box"} zero ${box.rootfs}\n`);
    t.equal(box.read(join(box.rootfs, "inside")), '{"id":"box"}1\n');
    t.end();
  },
);

t.test("a failing hook ends the set-up and tells its output", (t) => {
  const failed = (hook: object) =>
    box.run({
      process: { args: ["true"] },
      hooks: { startContainer: [{ path: "/bin/true" }, { path: "/bin/sh", ...hook }] },
    });
  const left = failed({ args: ["sh", "-c", "echo to-out; echo to-err >&2; exit 3"] });
  t.match(left.error?.message, /^error running startContainer hook #1: exit status 3.*to-out.*to-err/);
  t.equal(left.status, 255);
  t.match(failed({ args: ["sh", "-c", "kill -9 $$"] }).error?.message, /hook #1: killed by signal 9/);
  const before = Date.now();
  const late = failed({ args: ["sh", "-c", "sleep 60"], timeout: 1 });
  t.match(late.error?.message, /hook #1: hook ran past specified timeout of 1\.0s/);
  t.ok(Date.now() - before < 10_000);
  t.match(
    failed({ path: "/nope" }).error?.message,
    /exit status 127.*exec \/nope: no such file or directory/,
  );
  t.end();
});

t.test("CVE-2024-21626: hooks through a leaked fd", (t) => {
  for (let fd = 3; fd < 64; fd++) {
    const path = `/proc/self/fd/${fd}/${process.pid}/root/bin/busybox`;
    const { error } = box.run({
      process: { args: ["true"], capabilities: PRIVILEGED },
      hooks: { startContainer: [{ path }] },
    });
    t.match(error?.message, /exit status 12[67]/, path);
  }
  t.end();
});

t.test("a user namespace", (t) => {
  const ids = [{ containerID: 0, hostID: 100000, size: 65536 }];
  const { output, error } = box.run({
    linux: {
      namespaces: [{ type: "user" }, { type: "mount" }, { type: "pid" }],
      uidMappings: ids,
      gidMappings: ids,
    },
    process: { args: sh("id -u; id -G; cat /proc/self/uid_map"), user: { uid: 7, gid: 8 } },
  });
  t.equal(error, undefined, error?.line ?? "");
  t.match(output, /^7\n8\n\s+0\s+100000\s+65536\n$/);
  t.end();
});

t.test("nothing is left open in the parent", (t) => {
  box.run({ process: { args: ["true"] } });
  const before = openFds();
  for (let i = 0; i < 5; i++) box.run({ process: { args: ["true"] } });
  t.equal(openFds(), before);
  t.end();
});
