/** Of several rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
}

/** Middle, least and most of what several rounds gave. Throws RangeError where there were none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  if (sorted.length === 0) throw new RangeError('no rounds were measured');
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { median, lowest: at(0), highest: at(sorted.length - 1), rounds: sorted.length };
}
