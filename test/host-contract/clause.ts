/** Parts of the contract and what comes of checking them; ECMAScript only, since no test runner runs on every host. */
import type { Host } from "../../src/host/port.ts";

/** One assertion; the values as text. */
export interface Check {
  name: string;
  ok: boolean;
  found: string;
  wanted: string;
}

/** A part of the contract: what it is called and how it is checked on a host. */
export interface Clause {
  name: string;
  check: (host: Host) => Check[];
}

/** The assertion that `found` is `wanted`; lists are compared by what they hold. */
export function equal(
  name: string,
  found: number | bigint | string | readonly number[],
  wanted: typeof found,
): Check {
  const [one, other] = [String(found), String(wanted)];
  return { name, ok: typeof found === typeof wanted && one === other, found: one, wanted: other };
}
