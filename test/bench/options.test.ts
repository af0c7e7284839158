import t from "tap";
import { readOptions } from "../../bench/options.ts";

const names = ["run", "exec"];

t.test("nothing given", async (t) => {
  t.strictSame(readOptions([], names), { rounds: 40, only: [], write: false });
});

t.test("all given that go together", async (t) => {
  t.strictSame(readOptions(["--rounds", "5", "--only", "exec,run", "--with-youki"], names), {
    rounds: 5,
    only: ["exec", "run"],
    write: false,
  });
  t.equal(readOptions(["--write"], names).write, true);
});

t.test("wrong arguments are refused with the usage", async (t) => {
  t.throws(() => readOptions(["--rounds", "0"], names), /--rounds takes a number from 1\nusage: /);
  t.throws(() => readOptions(["--rounds"], names), /--rounds takes/);
  t.throws(() => readOptions(["--only", "run,ruin"], names), /--only ruin: there are run, exec\nusage: /);
  t.throws(() => readOptions(["--fast"], names), /--fast is unknown\nusage: /);
  t.throws(() => readOptions(["--write", "--only", "run"], names), /whole run/);
});
