/** What singular values, descending, say of how many directions a matrix has. */

/**
 * Singular values below this share of the largest are not told from rounding: it is four times that of float32. Their directions
 * are left out, where a decomposition in float32 has arbitrary ones.
 */
export const SMALLEST = 2 ** -22;

/** The directions that count are the largest that hold this share of the sum of squares. */
const HELD_SHARE = 0.95;

/**
 * How many of them are told from rounding.
 *
 * @param size - of what they were computed from, where that is larger than the largest of them
 */
export function rankOf(values: ArrayLike<number>, size = 0): number {
  const smallest = SMALLEST * Math.max(values[0] ?? 0, size);
  let rank = 0;
  while (rank < values.length && (values[rank] as number) > smallest) rank++;
  return rank;
}

/** How many of the largest hold {@link HELD_SHARE} of the sum of squares of those that are told from rounding; 0 of zeros. */
export function directionsOf(values: ArrayLike<number>): number {
  const rank = rankOf(values);
  const wanted = HELD_SHARE * squaresOf(values, rank);
  let held = 0;
  for (let i = 0; i < rank; i++) {
    held += (values[i] as number) ** 2;
    if (held >= wanted) return i + 1;
  }
  return rank;
}

/** The sum of the squares of the first `count`. */
export function squaresOf(values: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(count, values.length); i++) sum += (values[i] as number) ** 2;
  return sum;
}
