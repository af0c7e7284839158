import t from "tap";
import { lineParser } from "../../scripts/yargs-table.ts";
import { findCommand } from "../../src/cli/commands.ts";
import { parseArgs } from "../../src/cli/parse-args.ts";

/**
 * Lines on which the grammars of yargs and of runt agree: yargs knows no long name behind one dash, reads "-9" as a
 * number, takes a value that begins with a dash for an option, and never lets an option follow "stop at first".
 */
const CORPUS = [
  "create id",
  "create --bundle /b id",
  "create --bundle=/b id",
  "create -b /b id",
  "create -b=/b id",
  "create id --bundle /b",
  "create --bundle /b --pid-file /p --console-socket /s --no-pivot --no-new-keyring --preserve-fds 3 id",
  "run -d --keep --no-subreaper id",
  "run --detach=false id",
  "run --debug --root /r id --log /l --log-format json",
  "exec --cwd / -e A=1 --env B=2=3 -t -u 1:2 -g 5 -g 6 id sh -c x",
  "exec --cap CAP_KILL --cap CAP_CHOWN --no-new-privs id true -l --all",
  "exec --process /p.json --detach --pid-file /pid id",
  "exec -- id ls",
  "kill -a id 9",
  "kill id KILL",
  "delete --force id",
  "delete id -f",
  "list --format=json",
  "list -q -f table",
  "ps --format json id -ef",
  "spec --rootless --bundle /b",
  "state --rootless true id",
  "validate -f json -b /b",
  "explain --json id",
  "completion bash",
];

t.test("yargs, told of the same table, reads the same", async (t) => {
  for (const text of CORPUS) {
    const [name = "", ...words] = text.split(" ");
    const mine = parseArgs([name, ...words]);
    t.equal(mine.problem, undefined, text);
    const command = findCommand(name);
    const { _: positionals, $0: _script, ...values } = lineParser(command).parseSync(words);
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    const wanted: Record<string, unknown> = {};
    for (const option of [...mine.options, ...mine.globals]) wanted[option[0]] = option[1];
    for (const alias of Object.keys(given)) if (alias.length === 1) delete given[alias];
    t.same(given, wanted, text);
    t.same(positionals.map(String), mine.positionals, text);
  }
});
