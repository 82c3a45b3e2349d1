/**
 * A split of a task's pictures into those to choose by and those to report on. FusionBench's `train_validation_split` draws without
 * regard to classes; of many seeds, the one is taken whose draw comes nearest to every class's share, so that the split is both
 * nearly stratified and the one that FusionBench makes of the same configuration.
 */
import { randomSplitRows } from './random-split';

/** How many seeds are tried, from 0 on. */
const SEEDS = 256;

/** Two distances that are equal but for rounding: the smaller seed is taken. */
const TIE = 1e-9;

export interface EvenSplit {
  /** `random_seed` of `train_validation_split`. */
  readonly seed: number;
  /** `return_split: val`: to choose by. In FusionBench's order. */
  readonly choosing: readonly number[];
  /** `return_split: train`: to report on. */
  readonly reporting: readonly number[];
}

/**
 * @param fraction of the pictures to choose by, between 0 and 1
 * @throws ConfigError where one of the parts would be empty
 */
export function evenSplit(labels: ArrayLike<number>, fraction: number): EvenSplit {
  const rows = labels.length;
  let nearest = { seed: 0, distance: Number.POSITIVE_INFINITY };
  for (let seed = 0; seed < SEEDS; seed++) {
    const distance = unevenness(labels, randomSplitRows(rows, { fraction }, seed, 'val'));
    if (distance < nearest.distance - TIE) nearest = { seed, distance };
  }
  const part = (which: 'train' | 'val') => randomSplitRows(rows, { fraction }, nearest.seed, which);
  return { seed: nearest.seed, choosing: part('val'), reporting: part('train') };
}

/** Pearson's chi-square of the drawn classes against their shares. */
function unevenness(labels: ArrayLike<number>, drawn: readonly number[]): number {
  const all = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? -1;
    all.set(label, (all.get(label) ?? 0) + 1);
  }
  const counts = new Map<number, number>();
  for (const row of drawn) {
    const label = labels[row] ?? -1;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  let sum = 0;
  for (const [label, count] of all) {
    const expected = (count * drawn.length) / labels.length;
    sum += ((counts.get(label) ?? 0) - expected) ** 2 / expected;
  }
  return sum;
}
