import t from "tap";
import { printTable } from "../../src/cli/print-table.ts";

t.test("columns are 12 wide or three blanks wider than their longest cell", async (t) => {
  t.equal(
    printTable([
      ["ID", "PID", "OWNER"],
      ["a-rather-long-id", "1", "root"],
    ]),
    "ID                 PID         OWNER\na-rather-long-id   1           root\n",
  );
  t.equal(printTable([["ID", "PID"]]), "ID          PID\n");
});
