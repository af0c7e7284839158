import t from "tap";
import { execOptions } from "../../src/cli/exec-options.ts";
import { parseArgs } from "../../src/cli/parse-args.ts";
import type { ExecOptions } from "../../src/runtime/context.ts";

function options(words: string): ExecOptions {
  const line = parseArgs(["exec", ...words.split(" ")]);
  t.equal(line.problem, undefined, words);
  return execOptions(line.options, line.positionals);
}

t.test("every option reaches its field", async (t) => {
  t.same(
    options(
      "--console-socket /c --pidfd-socket /f --cwd /d -e A=1 -e B= -t -u 1000:100 -g 5 -g 6 -d --pid-file /p " +
        "--process-label l --apparmor a --no-new-privs -c CAP_KILL --preserve-fds 2 --cgroup cpu:x --ignore-paused id sh -c",
    ),
    {
      id: "id",
      args: ["sh", "-c"],
      process: undefined,
      cwd: "/d",
      env: ["A=1", "B="],
      tty: true,
      user: "1000:100",
      additionalGids: [5, 6],
      capabilities: ["CAP_KILL"],
      noNewPrivileges: true,
      detach: true,
      pidFile: "/p",
      consoleSocket: "/c",
      pidfdSocket: "/f",
      preserveFds: 2,
      ignorePaused: true,
      cgroups: ["cpu:x"],
      processLabel: "l",
      apparmorProfile: "a",
    },
  );
});

t.test("a command is needed unless a file holds it", async (t) => {
  t.throws(() => options("id"), { code: "USAGE", message: "exec args cannot be empty" });
  t.match(options("--process /p.json id"), { id: "id", process: "/p.json", args: [] });
});

t.test("users and groups are numbers", async (t) => {
  t.equal(options("-u 0 id true").user, "0");
  t.equal(options("-u 4294967294:0 id true").user, "4294967294:0");
  const bad: [string, RegExp][] = [
    ["-u root id true", /^bad uid "root"$/],
    ["-u 4294967295 id true", /^bad uid "4294967295"$/],
    ["-u -1 id true", /^bad uid "-1"$/],
    ["--user= id true", /^--user is empty$/],
    ["-u  id true", /^--user is empty$/],
    ["-u :5 id true", /^bad uid ""$/],
    ["-u 5: id true", /^bad gid ""$/],
    ["-u 5:wheel id true", /^bad gid "wheel"$/],
    ["-u 1:2:3 id true", /^bad gid "2:3"$/],
    ["-g 1.5 id true", /^bad gid "1.5"$/],
  ];
  for (const [words, message] of bad) t.throws(() => options(words), { code: "USAGE", message }, words);
});
