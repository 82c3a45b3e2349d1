/** What a sweep scores: a range of scaling factors, and how many pictures of each task. Pure. */

export interface SweepRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Of each task, at most; null for all. */
  readonly pictures: number | null;
}

export const DEFAULT_SWEEP: SweepRange = { from: 0, to: 1.5, step: 0.1, pictures: null };

/** More points than a plot has room for are a mistyped step. */
export const MOST_VALUES = 301;

/** Finer than any step that is typed, and coarser than what adding decimals leaves behind. */
const DECIMALS = 10;

/** What is wrong with the range, for people; null where nothing is. */
export function sweepProblem(range: SweepRange): string | null {
  const { from, to, step, pictures } = range;
  if (![from, to, step].every(Number.isFinite)) return 'From, to and step are finite numbers.';
  if (step <= 0) return 'The step is more than 0.';
  if (to < from) return 'The range ends below its beginning.';
  if (pictures !== null && !(Number.isSafeInteger(pictures) && pictures > 0)) {
    return 'The number of pictures is a whole number from 1.';
  }
  const count = countOf(range);
  if (count > MOST_VALUES) {
    return `These are ${count} values; a sweep has ${MOST_VALUES} at most. Take a larger step.`;
  }
  return null;
}

/** From its beginning by its steps, each the nearest number to its decimal; its end where the steps meet it. */
export function sweepValues(range: SweepRange): number[] {
  return Array.from({ length: countOf(range) }, (_, i) =>
    withoutSign(Number((range.from + i * range.step).toFixed(DECIMALS))),
  );
}

/** How many pictures that scores, given the sizes of the tasks. */
export function sweepImages(range: SweepRange, sizes: readonly number[]): number {
  const { pictures } = range;
  const perValue = sizes.reduce((sum, size) => sum + Math.min(size, pictures ?? size), 0);
  return perValue * countOf(range);
}

/** Minus zero is zero. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

function countOf({ from, to, step }: SweepRange): number {
  // Decimals do not divide evenly: 1.5 / 0.1 is a little less than 15.
  return Math.floor((to - from) / step + 1e-9) + 1;
}
