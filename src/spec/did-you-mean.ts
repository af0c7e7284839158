/** How many edits of one character (insert, remove, replace, swap neighbours) make `b` of `a`; `most` + 1 if more. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(row, j - 1) + 1, at(above, j) + 1, at(above, j - 1) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}

/**
 * The one of `known` that `typed` most likely was meant to be, whatever the case of letters: the nearest, at most a
 * third of the letters behind the last "_" (and never fewer than one) away. Else one that `typed` is the start of
 * ("net" of "network") or starts with, or that has it behind a "_" ("NET_RAW" of "CAP_NET_RAW"). Undefined when none
 * is near. Names of one letter are no candidates.
 */
export function didYouMean(typed: string, known: readonly string[]): string | undefined {
  const small = typed.toLowerCase();
  let best: string | undefined;
  // What stands before is shared by all names of a kind, and says nothing about how near two of them are.
  const letters = typed.length - (typed.lastIndexOf("_") + 1);
  let least = Math.max(1, Math.floor(letters / 3)) + 1;
  for (const name of known) {
    if (name.length < 2) continue;
    const distance = editDistance(small, name.toLowerCase(), least - 1);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best ?? known.find((name) => isPartOf(small, name.toLowerCase()));
}

/** Shorter names are part of too much. */
const LEAST_PART = 3;

function isPartOf(typed: string, name: string): boolean {
  if (typed.length < LEAST_PART || name.length < LEAST_PART) return false;
  return name.startsWith(typed) || typed.startsWith(name) || name.endsWith(`_${typed}`);
}
