/** Which rows of a data set are scored: FusionBench's validation split of them, and a sample drawn class by class. */
import { ConfigError } from '../../errors';
import { randomSplitRows } from '../datasets/random-split';
import { stratifiedOrder } from '../statistics/stratified-order';
import type { DatasetRow } from './types';

/** Arguments of FusionBench's `train_validation_split`. */
export interface ValidationRequest {
  readonly size: { readonly fraction: number } | { readonly rows: number };
  readonly seed: number | null;
  readonly part: 'train' | 'val';
}

/**
 * The rows of one part, in the order in which FusionBench has them.
 * @throws ConfigError where the data cannot be split so, or no seed fixes what is drawn
 */
export function validationRows(
  rows: readonly DatasetRow[],
  { size, seed, part }: ValidationRequest,
): DatasetRow[] {
  if (seed === null) {
    throw new ConfigError(
      'train_validation_split without random_seed draws other pictures in every run. Give a random_seed, such as 0.',
    );
  }
  return randomSplitRows(rows.length, size, seed, part).flatMap((index) => rows[index] ?? []);
}

/**
 * A sample in which every class has its share, the same for the same seed; all rows where there are no more than `size`.
 * The rows keep their order.
 */
export function sampleRows(rows: readonly DatasetRow[], size: number, seed: number): DatasetRow[] {
  if (size >= rows.length) return [...rows];
  const labels = rows.map(({ label }) => label);
  const chosen = new Set(stratifiedOrder(labels, seed).slice(0, size));
  return rows.filter((_, index) => chosen.has(index));
}
