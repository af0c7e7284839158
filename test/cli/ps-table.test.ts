import t from "tap";
import { filterPs } from "../../src/cli/ps-table.ts";

t.test("the container's lines under the header", async (t) => {
  const output =
    "UID          PID    PPID  C CMD\nroot           1       0  0 init\nroot          12       1  0 sh 1\nme           112       1  0 x\n";
  t.equal(
    filterPs(output, [12, 112]),
    "UID          PID    PPID  C CMD\nroot          12       1  0 sh 1\nme           112       1  0 x\n",
  );
  t.equal(filterPs(output, []), "UID          PID    PPID  C CMD\n");
  t.equal(filterPs("    PID TTY\n      7 ?\n", [7]), "    PID TTY\n      7 ?\n");
});

t.test("an output without pids cannot be filtered", async (t) => {
  t.throws(() => filterPs("COMMAND\nsh\n", [1]), {
    code: "STEP_FAILED",
    message: "couldn't find PID field in ps output",
  });
});
