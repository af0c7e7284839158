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
  const { init } = compileProcess(inputOf({ process: { ...DEFAULTS, cwd: "/w" }, home: "/root" }));
  encode(init, [["rootfs.fd", 9]]);
  t.same(
    init.map((step) => step.title),
    [
      "join a new session keyring _ses.box",
      "make the working directory /w",
      "enter the working directory /w",
      "give stdin, stdout and stderr to uid 0",
      "give up new privileges",
      "keep 1 of 41 capabilities in the bounding set",
      "become uid 0, gid 0",
      "set the effective, permitted, inheritable and ambient capabilities",
      "stay in the working directory /w",
      "find the executable sh",
    ],
  );
  t.end();
});

t.test("the parent sets score and limits, start executes with the home of passwd", (t) => {
  const input = inputOf({ process: { ...DEFAULTS, oomScoreAdj: 100 }, home: "/root" });
  const { host, execute } = compileProcess(input);
  t.same(
    host.map((step) => step.from),
    ["/process/oomScoreAdj", "/process/rlimits/0"],
  );
  t.same(sysCalls(execute, "execve")[0]?.args[2], { vec: ["PATH=/bin", "TERM=xterm", "HOME=/root"] });
  t.end();
});

t.test("new privileges are given up only when the config says so", (t) => {
  const marks = (noNewPrivileges: boolean | undefined) =>
    sysCalls(compileProcess(inputOf({ process: { noNewPrivileges } })).init, "prctl").filter(
      (call) => call.args[0] === 38,
    ).length;
  t.equal(marks(true), 1);
  t.equal(marks(false), 0);
  t.equal(marks(undefined), 0);
  t.end();
});

t.test("a config without a process gives nothing to execute", (t) => {
  const { init, execute } = compileProcess(inputOf({ process: undefined }));
  t.same(execute, []);
  encode(init, [["rootfs.fd", 9]]);
  t.end();
});
