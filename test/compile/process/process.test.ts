import t from "tap";
import { compileProcess } from "../../../src/compile/process/process.ts";
import { encode, inputOf, sysCalls } from "./input.ts";

const DEFAULTS = {
  user: { uid: 0, gid: 0 },
  env: ["PATH=/bin", "TERM=xterm"],
  args: ["sh"],
  capabilities: { bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"] },
  rlimits: [{ type: "RLIMIT_NOFILE", soft: 1024, hard: 1024 }],
  noNewPrivileges: true,
};

t.test("the order in which privileges go", (t) => {
  const { init } = compileProcess(inputOf({ process: { ...DEFAULTS, cwd: "/w" }, home: "/root" }), [
    "sync.fd",
  ]);
  encode(init, [
    ["rootfs.fd", 9],
    ["sync.fd", 10],
  ]);
  t.same(
    init.map((step) => step.title),
    [
      "join a new session keyring _ses.box",
      "enter the working directory /w",
      "give stdin, stdout and stderr to uid 0",
      "give up new privileges",
      "keep 1 of 41 capabilities in the bounding set",
      "become uid 0, gid 0",
      "set the effective capabilities, and CAP_SYS_ADMIN until the end of the set-up",
      "stay in the working directory /w",
      "find the executable sh",
      "close every descriptor but stdio, 0 preserved ones and sync.fd",
      "set RLIMIT_NOFILE to 1024 (hard 1024)",
      "set the effective, permitted, inheritable and ambient capabilities",
    ],
  );
  t.end();
});

t.test("the parent sets score and limits, start executes with the home of passwd", (t) => {
  const input = inputOf({ process: { ...DEFAULTS, oomScoreAdj: 100 }, home: "/root" });
  const { host, execute } = compileProcess(input, ["sync.fd"]);
  t.same(
    host.map((step) => step.from),
    ["/process/oomScoreAdj"],
  );
  t.same(sysCalls(execute, "execve")[0]?.args[2], { vec: ["PATH=/bin", "TERM=xterm", "HOME=/root"] });
  t.end();
});

t.test("new privileges are given up only when the config says so", (t) => {
  const marks = (noNewPrivileges: boolean | undefined) =>
    sysCalls(compileProcess(inputOf({ process: { noNewPrivileges } }), ["sync.fd"]).init, "prctl").filter(
      (call) => call.args[0] === 38,
    ).length;
  t.equal(marks(true), 1);
  t.equal(marks(false), 0);
  t.equal(marks(undefined), 0);
  t.end();
});

t.test("a config without a process gives nothing to execute", (t) => {
  const { init, execute } = compileProcess(inputOf({ process: undefined }), ["sync.fd"]);
  t.same(execute, []);
  encode(init, [
    ["rootfs.fd", 9],
    ["sync.fd", 10],
  ]);
  t.end();
});
