import t from "tap";
import { type ParsedLine, parseArgs } from "../../src/cli/parse-args.ts";

function parse(words: string): ParsedLine {
  return parseArgs(words.split(" ").filter((word) => word !== ""));
}

/** Command, its options and positionals, and the globals, in a form that is quick to write down. */
function shape(words: string): unknown[] {
  const line = parse(words);
  if (line.problem !== undefined) return [line.problem.error.message];
  return [
    line.command?.name,
    Object.fromEntries(line.options),
    line.positionals,
    Object.fromEntries(line.globals),
  ];
}

t.test("command lines of the managers", async (t) => {
  const corpus: [string, unknown[]][] = [
    [
      "--root /r --log /l --log-format json --systemd-cgroup --rootless=true create --bundle /b --pid-file /p id",
      [
        "create",
        { bundle: "/b", "pid-file": "/p" },
        ["id"],
        { root: "/r", log: "/l", "log-format": "json", "systemd-cgroup": true, rootless: "true" },
      ],
    ],
    ["--root=/x state id", ["state", {}, ["id"], { root: "/x" }]],
    ["create id --bundle B", ["create", { bundle: "B" }, ["id"], {}]],
    ["create -b B -bundle C --bundle=D id", ["create", { bundle: "D" }, ["id"], {}]],
    ["run -no-subreaper -d id", ["run", { "no-subreaper": true, detach: true }, ["id"], {}]],
    [
      "create --preserve-fds 3 --no-pivot=false id",
      ["create", { "preserve-fds": 3, "no-pivot": false }, ["id"], {}],
    ],
    ["list --format=json", ["list", { format: "json" }, [], {}]],
    ["list -f json -q", ["list", { format: "json", quiet: true }, [], {}]],
    ["ps --format json id", ["ps", { format: "json" }, ["id"], {}]],
    ["ps id -ef", ["ps", {}, ["id", "-ef"], {}]],
    ["kill id KILL", ["kill", {}, ["id", "KILL"], {}]],
    ["kill -a id 9", ["kill", { all: true }, ["id", "9"], {}]],
    ["kill id -9", ["kill", {}, ["id", "-9"], {}]],
    ["kill id --all", ["kill", {}, ["id", "--all"], {}]],
    ["delete id --force", ["delete", { force: true }, ["id"], {}]],
    ["delete -f=1 id", ["delete", { force: true }, ["id"], {}]],
    [
      "exec -e A=1 --env=B=2=3 -t id sh -c -x",
      ["exec", { env: ["A=1", "B=2=3"], tty: true }, ["id", "sh", "-c", "-x"], {}],
    ],
    ["exec --env A=1,B=2 id true", ["exec", { env: ["A=1,B=2"] }, ["id", "true"], {}]],
    ["exec id -- ls", ["exec", {}, ["id", "--", "ls"], {}]],
    ["exec -- id ls", ["exec", {}, ["id", "ls"], {}]],
    ["exec --cgroup cpu:a --cgroup b id true", ["exec", { cgroup: ["cpu:a", "b"] }, ["id", "true"], {}]],
    ["create -- -odd", ["create", {}, ["-odd"], {}]],
    ["create -", ["create", {}, ["-"], {}]],
    ["create -9", ["create", {}, ["-9"], {}]],
    ["state id --root /r --debug", ["state", {}, ["id"], { root: "/r", debug: true }]],
    ["--rootless auto spec --rootless", ["spec", { rootless: true }, [], { rootless: "auto" }]],
    ["spec --rootless=false", ["spec", { rootless: false }, [], {}]],
    ["--criu /usr/bin/criu start id", ["start", {}, ["id"], { criu: "/usr/bin/criu" }]],
    ["--log= --root= list", ["list", {}, [], { log: "", root: "" }]],
    ["create --pid-file -x id", ["create", { "pid-file": "-x" }, ["id"], {}]],
    ["", [undefined, {}, [], {}]],
  ];
  for (const [words, wanted] of corpus) t.same(shape(words), wanted, words);
});

t.test("a rootless value is true, false, auto or what Go takes for a boolean", async (t) => {
  for (const value of ["true", "false", "auto", "", "1", "F"])
    t.equal(parse(`--rootless=${value} list`).problem, undefined);
  t.match(
    parse("--rootless=maybe list").problem?.error.message,
    /^Incorrect Usage: invalid rootless: maybe /,
  );
});

t.test("wrong command lines", async (t) => {
  const corpus: [string, string][] = [
    ["create --foo id", "Incorrect Usage: flag provided but not defined: -foo"],
    ["create -foo=bar id", "Incorrect Usage: flag provided but not defined: -foo"],
    ["exec -it id sh", "Incorrect Usage: flag provided but not defined: -it"],
    ["create id --bundle", "Incorrect Usage: flag needs an argument: --bundle"],
    ["create id -b", "Incorrect Usage: flag needs an argument: --bundle"],
    ["--root", "Incorrect Usage: flag needs an argument: --root"],
    ["foo", "No help topic for 'foo'"],
    ["create", '"create" requires exactly 1 argument(s)'],
    ["create a b", '"create" requires exactly 1 argument(s)'],
    ["list a", '"list" requires exactly 0 argument(s)'],
    ["kill", '"kill" requires a minimum of 1 argument(s)'],
    ["kill a 9 b", '"kill" requires a maximum of 2 argument(s)'],
    ["exec", '"exec" requires a minimum of 1 argument(s)'],
    [
      "delete --force=constructor a",
      'Incorrect Usage: invalid value "constructor" for flag -force: it takes true or false',
    ],
    ["--log-format yaml list", "Incorrect Usage: invalid log-format: yaml (it takes json or text)"],
    ["list -f yaml", "Incorrect Usage: invalid format: yaml (it takes json or table)"],
    [
      "create --preserve-fds -1 id",
      'Incorrect Usage: invalid value "-1" for flag -preserve-fds: it takes a whole number from 0 to 2147483647',
    ],
  ];
  for (const [words, message] of corpus) {
    const { problem } = parse(words);
    t.equal(problem?.error.message, message, words);
    t.equal(problem?.error.code, "USAGE");
    t.equal(problem?.wrongCount, message.includes("requires"), words);
  }
});

t.test("a likely name is offered for a mistyped one", async (t) => {
  const hint = (words: string): string | undefined => parse(words).problem?.error.hint;
  t.equal(hint("create --bundel x id"), "did you mean --bundle?");
  t.equal(hint("--log-fromat json list"), "did you mean --log-format?");
  t.equal(hint("creat id"), "did you mean create?");
  t.equal(hint("strat id"), "did you mean start?");
  t.equal(hint("checkpoint id"), undefined);
  t.equal(hint("kill --al id"), undefined, "hidden options are not offered");
});

t.test("globals behind a mistake are still read, so that the log gets the error", async (t) => {
  const line = parse("create --foo --log /l --log-format json id");
  t.match(line.problem?.error.message, /-foo/);
  t.same(Object.fromEntries(line.globals), { log: "/l", "log-format": "json" });
});

t.test("help and version need no positionals", async (t) => {
  for (const words of ["create --help", "create -h", "exec --version", "kill -v"]) {
    t.equal(parse(words).problem, undefined, words);
  }
});
