/** The right name for a wrong one, by edit distance. */

/** Longer names are no typing mistakes of anything; bounds the quadratic cost. */
const MAX_LENGTH = 200;

/** A name that only goes on, as `log` and `logging`, is as near as this many changes. */
const PREFIX_DISTANCE = 1.5;

/** Shorter ones begin too many names by chance. */
const SHORTEST_PREFIX = 3;

/**
 * The candidate that takes the fewest insertions, deletions, replacements and swaps of neighbours to reach, if they are
 * few enough to be a mistake: up to two, or two fifths of the longer name. Case, `_` and `-` cost nothing.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(name);
  let best: { name: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const other = normalise(candidate);
    if (wanted.length > MAX_LENGTH || other.length > MAX_LENGTH) continue;
    const distance = isPrefix(wanted, other)
      ? Math.min(PREFIX_DISTANCE, editDistance(wanted, other))
      : editDistance(wanted, other);
    const allowed = Math.max(2, Math.floor(0.4 * Math.max(wanted.length, other.length)));
    // A name of which nothing would be left is no mistake for another.
    if (distance > allowed || distance >= Math.max(wanted.length, other.length)) continue;
    if (!best || distance < best.distance) best = { name: candidate, distance };
  }
  return best?.name;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function isPrefix(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  return shorter >= SHORTEST_PREFIX && a.slice(0, shorter) === b.slice(0, shorter);
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
