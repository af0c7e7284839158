/** What the command line asks for. */
export interface Options {
  /** Rounds of the quickest experiment; slower ones take a share of them. */
  readonly rounds: number;
  /** The experiments to do; empty for all. */
  readonly only: readonly string[];
  /** Write docs/benchmark.md and its chart. */
  readonly write: boolean;
}

const USAGE = "usage: npm run bench [-- --rounds N] [--only NAME,...] [--write] [--with-youki]";
const DEFAULT_ROUNDS = 40;

/**
 * Reads the arguments.
 * @param names the experiments that there are
 * @throws Error with the usage when an argument is wrong
 */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const rest = [...args];
  let rounds = DEFAULT_ROUNDS;
  let only: string[] = [];
  let write = false;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--rounds") {
      rounds = Number(rest.shift());
      if (!Number.isInteger(rounds) || rounds < 1)
        throw new Error(`--rounds takes a number from 1\n${USAGE}`);
    } else if (arg === "--only") {
      only = (rest.shift() ?? "").split(",");
      const wrong = only.find((name) => !names.includes(name));
      if (wrong !== undefined) throw new Error(`--only ${wrong}: there are ${names.join(", ")}\n${USAGE}`);
    } else if (arg === "--write") write = true;
    // bench.sh has seen to it.
    else if (arg !== "--with-youki") throw new Error(`${arg} is unknown\n${USAGE}`);
  }
  if (write && only.length > 0) throw new Error(`--write describes a whole run, without --only\n${USAGE}`);
  return { rounds, only, write };
}
