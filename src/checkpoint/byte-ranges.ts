/** Parts of a file by their places, as sets of bytes. */

/** Bytes from `begin` up to, not including, `end`. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * The same bytes in order, each once.
 * @param gap - so many bytes between two parts are taken along, so that they become one
 */
export function joinRanges(ranges: Iterable<ByteRange>, gap = 0): ByteRange[] {
  const joined: { begin: number; end: number }[] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    if (begin >= end) continue;
    const last = joined.at(-1);
    if (last && begin <= last.end + gap) last.end = Math.max(last.end, end);
    else joined.push({ begin, end });
  }
  return joined;
}

/** The bytes that are in none of the others. */
export function rangesWithout(
  ranges: Iterable<ByteRange>,
  others: Iterable<ByteRange>,
): ByteRange[] {
  const taken = joinRanges(others);
  const left: ByteRange[] = [];
  for (const { begin, end } of joinRanges(ranges)) {
    let from = begin;
    for (const other of taken) {
      if (other.end <= from || other.begin >= end) continue;
      if (other.begin > from) left.push({ begin: from, end: other.begin });
      from = other.end;
    }
    if (from < end) left.push({ begin: from, end });
  }
  return left;
}

/** How many bytes they are, each counted once. */
export function sizeOfRanges(ranges: Iterable<ByteRange>): number {
  return joinRanges(ranges).reduce((sum, { begin, end }) => sum + end - begin, 0);
}
