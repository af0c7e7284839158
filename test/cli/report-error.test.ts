import t from "tap";
import type { CommandName } from "../../src/cli/commands.ts";
import { CliLog, type LogSettings } from "../../src/cli/log.ts";
import type { Output } from "../../src/cli/output.ts";
import { reportError } from "../../src/cli/report-error.ts";
import { RuntError } from "../../src/error/runt-error.ts";
import type { Sys } from "../../src/host/sys.ts";

const LOG_FD = 9;

/** Everything that was written, by fd, one element for each write. */
class Recorder implements Output {
  readonly writes: [number, string][] = [];
  print(text: string): void {
    this.write(1, text);
  }
  printError(text: string): void {
    this.write(2, text);
  }
  write(fd: number, text: string): void {
    this.writes.push([fd, text]);
  }
}

function open(settings: Partial<LogSettings>): { log: CliLog; output: Recorder } {
  const output = new Recorder();
  const all = { path: undefined, format: "text" as const, debug: false, ...settings };
  const log = new CliLog(output, all, () => "2026-01-31T12:00:00.000Z");
  log.open({ open: () => LOG_FD } as unknown as Sys);
  return { log, output };
}

function report(
  thrown: unknown,
  settings: Partial<LogSettings> = {},
  command: CommandName | undefined = "create",
): { status: number; writes: [number, string][] } {
  const { log, output } = open(settings);
  log.warning("the sky is grey");
  const status = reportError(thrown, { program: "runt", command, log, output });
  return { status, writes: output.writes.filter(([, text]) => !text.includes("level=warning")) };
}

const ERROR = new RuntError({
  code: "STEP_FAILED",
  message: "mounts[3] (/sys, sysfs): fsmount: EPERM: operation not permitted",
  phase: "mount",
  pointer: "/mounts/3",
  call: "fsmount($fs, 1, 0)",
  errno: "EPERM",
  hint: 'add {"type":"network"}',
});
const LINE = `runt create failed: ${ERROR.message}; add {"type":"network"}`;

t.test("without --log a person gets the plain line, once", async (t) => {
  t.same(report(ERROR), { status: 1, writes: [[2, `${LINE}\n`]] });
});

t.test("a JSON log gets one object in one write, standard error the plain line", async (t) => {
  const { writes } = report(ERROR, { path: "/log", format: "json" });
  t.equal(writes.length, 2);
  t.same(writes[1], [2, `${LINE}\n`]);
  const [fd, text = ""] = writes[0] ?? [];
  t.equal(fd, LOG_FD);
  t.match(
    text,
    /^\{"level":"error","msg":"runt create failed: .*","time":"2026-01-31T12:00:00.000Z","code":.*\}\n$/,
  );
  t.same(JSON.parse(text), {
    level: "error",
    msg: LINE,
    time: "2026-01-31T12:00:00.000Z",
    code: "STEP_FAILED",
    phase: "mount",
    pointer: "/mounts/3",
    call: "fsmount($fs, 1, 0)",
    errno: "EPERM",
    hint: 'add {"type":"network"}',
    warnings: ["the sky is grey"],
  });
});

t.test("a JSON log on standard error is not followed by a plain line", async (t) => {
  const { writes } = report(ERROR, { format: "json" });
  t.equal(writes.length, 1);
  t.equal(JSON.parse(writes[0]?.[1] ?? "").msg, LINE);
});

t.test("a text log gets the same fields", async (t) => {
  const { writes } = report(ERROR, { path: "/log" });
  t.match(writes[0]?.[1], /^time="2026-01-31T12:00:00.000Z" level=error msg="runt create failed: mounts/);
  t.match(
    writes[0]?.[1],
    /" code=STEP_FAILED phase=mount pointer=\/mounts\/3 call="fsmount\(\$fs, 1, 0\)" errno=EPERM hint=/,
  );
  t.same(writes[1], [2, `${LINE}\n`]);
});

t.test("each command's prefix and status", async (t) => {
  const error = new RuntError({ code: "NOT_FOUND", message: "container does not exist: x" });
  t.same(report(error, {}, "run"), {
    status: 1,
    writes: [[2, "runt run failed: container does not exist: x\n"]],
  });
  t.same(report(error, {}, "exec"), {
    status: 255,
    writes: [[2, "exec failed: container does not exist: x\n"]],
  });
  t.same(report(error, {}, "state"), { status: 1, writes: [[2, "container does not exist: x\n"]] });
});

t.test("a bug is one line; its stack is in the debug log only", async (t) => {
  const bug = new TypeError("x is not a function");
  t.same(report(bug), { status: 1, writes: [[2, "runt: internal error: TypeError: x is not a function\n"]] });
  const { writes } = report(bug, { path: "/log", debug: true });
  t.match(writes[0]?.[1], /level=debug msg=".*report-error/);
  t.equal(writes.filter(([fd]) => fd === 2).length, 1);
  t.same(report("text", {}, "exec"), { status: 255, writes: [[2, "runt: internal error: text\n"]] });
});

t.test(
  "what a container writes into an error can neither break the line nor drive the terminal",
  async (t) => {
    const error = new RuntError({ code: "HOOK_FAILED", message: "hook said: a\nb\u001b[2Jc\u009bd\tä" });
    t.same(report(error, {}, "start").writes, [[2, "hook said: a\\nb\\x1b[2Jc\\x9bd\\tä\n"]]);
  },
);

t.test("warnings and debug lines", async (t) => {
  const json = open({ path: "/log", format: "json" });
  json.log.debug("not asked for");
  json.log.warning("w");
  t.same(json.output.writes, [], "a JSON log may still become the log of a failure");
  json.log.finish();
  t.same(json.output.writes, [[LOG_FD, '{"level":"warning","msg":"w","time":"2026-01-31T12:00:00.000Z"}\n']]);
  const text = open({ debug: true });
  text.log.warning("w");
  text.log.debug("two words");
  t.same(text.output.writes, [
    [2, 'time="2026-01-31T12:00:00.000Z" level=warning msg=w\n'],
    [2, 'time="2026-01-31T12:00:00.000Z" level=debug msg="two words"\n'],
  ]);
});

t.test("a log file that cannot be opened is an error, reported on standard error", async (t) => {
  const output = new Recorder();
  const log = new CliLog(output, { path: "/no/log", format: "json", debug: false }, () => "now");
  const refuse = (): never => {
    throw new RuntError({ code: "STEP_FAILED", message: "openat2: ENOENT", errno: "ENOENT" });
  };
  t.throws(() => log.open({ open: refuse } as unknown as Sys), {
    code: "USAGE",
    errno: "ENOENT",
    message: "--log: /no/log cannot be opened for appending: openat2: ENOENT",
  });
  t.equal(log.onStderr, true);
});

t.test("the engine's limits are told with a cure, whatever they were taken for", async (t) => {
  class InternalError extends Error {
    override name = "InternalError";
  }
  const memory = new InternalError("out of memory");
  const taken = new RuntError({
    code: "JSON",
    message: "config.json: the text cannot be parsed",
    cause: memory,
  });
  for (const thrown of [memory, null, taken]) {
    const { status, writes } = report(thrown);
    t.equal(status, 1);
    t.match(writes, [[2, /^runt create failed: out of memory: .*; make config\.json smaller, or .*\n$/]]);
    t.equal(writes.length, 1);
  }
  const { writes } = report(new RangeError("Maximum call stack size exceeded"), {}, "exec");
  t.match(writes, [[2, /^exec failed: out of stack: .*\(ulimit -s\)\n$/]]);
  t.match(report(new InternalError("other")).writes, [[2, "runt: internal error: InternalError: other\n"]]);
});
