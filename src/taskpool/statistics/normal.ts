/** The 97.5 % quantile of the normal distribution: what a two-sided 95 % interval reaches to each side. */
export const Z95 = 1.959963984540054;

/** Both ends of an interval, in 0..1. */
export type Interval = readonly [low: number, high: number];

/** How many of how many were right; `population` is given while only that part of it has been looked at. */
export interface Share {
  readonly correct: number;
  readonly scored: number;
  readonly population?: number | undefined;
}

/** @throws RangeError where the counts cannot be. */
export function checkShare({ correct, scored, population = scored }: Share): void {
  const counts = [correct, scored, population];
  if (!counts.every(Number.isInteger) || correct < 0 || correct > scored || scored > population) {
    throw new RangeError(`${correct} right of ${scored} scored of ${population}: impossible.`);
  }
}

/**
 * How many independent draws say as much about the whole as `scored` draws without replacement do: the variance of a
 * proportion shrinks by the finite-population correction (N - n) / (N - 1), so n grows by its inverse. Infinite once
 * all are scored. Source: Cochran, Sampling Techniques, 3rd ed. (1977), section 3.2.
 */
export function effectiveSize({ scored, population }: Share): number {
  return population === undefined ? scored : (scored * (population - 1)) / (population - scored);
}
