/** Further processes in a running container. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { binaryTest } from "./binary.ts";

t.setTimeout(120_000);

binaryTest("exec", (tt, lab) => {
  const { folder } = lab;
  const id = lab.id("exec");
  const runt = (...args: string[]) => lab.runt(args);
  tt.equal(runt("run", "--detach", "--bundle", lab.bundle(["sleep", "100"]), id).status, 0);

  tt.match(runt("exec", id, "sh", "-c", "echo out; exit 3"), { status: 3, stdout: "out\n" });
  tt.equal(runt("exec", "--env", "A=b c", id, "sh", "-c", "echo $A").stdout, "b c\n");
  tt.equal(runt("exec", "--cwd", "/tmp", id, "pwd").stdout, "/tmp\n");
  tt.match(runt("exec", "--user", "1000:100", id, "id").stdout, /uid=1000 gid=100/);
  tt.match(
    runt("exec", id, "sh", "-c", "ls /proc/self/fd | wc -l").stdout.trim(),
    /^4$/,
    "0 to 2, and ls's own",
  );
  tt.match(
    runt("exec", id, "grep", "-E", "^(SigIgn|SigBlk):\t0+$", "/proc/self/status").stdout,
    /SigBlk.*\nSigIgn/s,
  );
  tt.match(runt("exec", "--user", "x", id, "true"), { status: 255, stderr: /bad uid/ });

  tt.match(runt("exec", "--preserve-fds", "400", id, "true"), {
    status: 255,
    stderr: /unable to stat preserved-fd \d+ \(of 400\)/,
  });
  tt.match(runt("exec", "--pidfd-socket", "/x", id, "true"), {
    status: 255,
    stderr: /does not send a pidfd yet/,
  });

  const pidFile = `${folder}/pid`;
  const failed = runt("exec", "--detach", "--pid-file", pidFile, id, "/nowhere");
  tt.match(failed, { status: 255, stderr: /exec failed: .*no such file or directory/ });
  tt.notOk(existsSync(pidFile), "no pid file of a process that never was");

  writeFileSync(
    `${folder}/process.json`,
    JSON.stringify({ args: ["sleep", "50"], cwd: "/", user: { uid: 0, gid: 0 } }),
  );
  const added = runt("exec", "--process", `${folder}/process.json`, "--detach", "--pid-file", pidFile, id);
  tt.equal(added.status, 0);
  const pid = readFileSync(pidFile, "utf8");
  tt.match(readFileSync(`/proc/${pid}/comm`, "utf8"), /sleep/);
  tt.ok((JSON.parse(runt("ps", "--format", "json", id).stdout) as number[]).includes(Number(pid)));

  runt("pause", id);
  tt.match(runt("exec", id, "true"), { status: 255, stderr: /cannot exec in a paused container/ });
  runt("resume", id);
  tt.equal(runt("delete", "--force", id).status, 0);
  tt.notOk(existsSync(`/proc/${pid}`), "it dies with the container");
  tt.match(runt("exec", id, "true"), { status: 255, stderr: /does not exist/ });
  tt.same(lab.leftovers(), []);
});
