/** Makes the contract's results assertions of tap. */
import type { Test } from "tap";
import type { Host } from "../../src/host/port.ts";
import type { Check, Clause } from "./clause.ts";
import { contract } from "./contract.ts";

/** Asserts each of `checks`, of which there must be one at least. */
export function assertChecks(t: Test, checks: readonly Check[]): void {
  t.not(checks.length, 0, "something is checked");
  for (const { name, ok, found, wanted } of checks) t.ok(ok, name, { found, wanted });
}

/** Checks `clauses` on `host`, one subtest for each. */
export function runContract(t: Test, host: Host, clauses: readonly Clause[] = contract): void {
  for (const { name, check } of clauses) {
    t.test(name, (t) => {
      assertChecks(t, check(host));
      t.end();
    });
  }
}
