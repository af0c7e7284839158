import { RuntError } from "../error/runt-error.ts";
import { SIGNALS } from "../tables/signals.ts";

/** The real-time signals that programs see: the C libraries keep 32 and 33 for themselves. */
const RTMIN = 34;
const RTMAX = 64;

/**
 * The number of the signal that `text` names: 0 to 64, or a name with or without "SIG" in any case, or RTMIN+n and
 * RTMAX-n. A dash in front is allowed, as kill(1) has it. Throws SIGNAL_UNKNOWN.
 */
export function parseSignal(text: string): number {
  const word = text.startsWith("-") ? text.slice(1) : text;
  const number = /^[0-9]+$/.test(word) ? Number(word) : signalByName(word.toUpperCase().replace(/^SIG/, ""));
  if (number !== undefined && number <= RTMAX) return number;
  throw new RuntError({
    code: "SIGNAL_UNKNOWN",
    message: `unknown signal ${JSON.stringify(text)}`,
    hint: "give a number from 0 to 64 or a name such as TERM, SIGKILL or RTMIN+1",
  });
}

function signalByName(name: string): number | undefined {
  const known = Object.entries(SIGNALS).find(([key]) => key === `SIG${name}`);
  return known === undefined ? realTimeSignal(name) : known[1];
}

function realTimeSignal(name: string): number | undefined {
  const [, base, offset = "0"] = /^(RTMIN|RTMAX)(?:[+-]([0-9]+))?$/.exec(name) ?? [];
  const sign = name.includes("-") ? -1 : 1;
  const number = (base === "RTMIN" ? RTMIN : RTMAX) + sign * Number(offset);
  return base !== undefined && number >= RTMIN ? number : undefined;
}
