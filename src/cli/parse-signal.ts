import { RuntError } from "../error/runt-error.ts";
import { SIGNALS } from "../tables/signals.ts";

/**
 * The number of the signal that `text` names: 0 to 64, or a name with or without "SIG" in any case, or RTMIN+n and
 * RTMAX-n. A dash in front is allowed, as kill(1) has it. Throws SIGNAL_UNKNOWN.
 */
export function parseSignal(text: string): number {
  const word = text.startsWith("-") ? text.slice(1) : text;
  const number = /^[0-9]+$/.test(word) ? Number(word) : signalByName(word.toUpperCase().replace(/^SIG/, ""));
  if (number !== undefined && number <= SIGNALS.SIGRTMAX) return number;
  throw new RuntError({
    code: "SIGNAL_UNKNOWN",
    message: `unknown signal ${JSON.stringify(text)}`,
    hint: "give a number from 0 to 64 or a name such as TERM, SIGKILL or RTMIN+1",
  });
}

function signalByName(name: string): number | undefined {
  const [, known] = Object.entries(SIGNALS).find(([key]) => key === `SIG${name}`) ?? [];
  return known ?? realTimeSignal(name);
}

function realTimeSignal(name: string): number | undefined {
  const [, base, sign, offset] = /^(RTMIN|RTMAX)([+-])([0-9]+)$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const from = base === "RTMIN" ? SIGNALS.SIGRTMIN : SIGNALS.SIGRTMAX;
  const number = from + (sign === "-" ? -1 : 1) * Number(offset);
  return number >= SIGNALS.SIGRTMIN ? number : undefined;
}
