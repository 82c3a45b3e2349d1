/** The 97.5 % quantile of the normal distribution: what a two-sided 95 % interval reaches to each side. */
export const Z95 = 1.959963984540054;

/** Both ends of an interval, in 0..1. */
export type Interval = readonly [low: number, high: number];

/** How many of how many were right. */
export interface Share {
  readonly correct: number;
  readonly scored: number;
}

/** @throws RangeError where the counts cannot be. */
export function checkShare({ correct, scored }: Share): void {
  if (![correct, scored].every(Number.isInteger) || correct < 0 || correct > scored) {
    throw new RangeError(`${correct} right of ${scored} scored: impossible.`);
  }
}
