/** A tally's figures on a part of its pictures. Pure. */
import { batchMeanLoss } from '../../taskpool/statistics/batch-mean-loss';
import { FUSION_BENCH_BATCH, type Tally } from '../../taskpool/tally';
import type { TaskInput } from './readiness';

export interface RowCount {
  readonly scored: number;
  readonly correct: number;
  /** Less those that cannot be read. */
  readonly total: number;
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  /** FusionBench's, over the rows in their order; null until all are done with. */
  readonly loss: number | null;
  /** NaN before the first. */
  readonly sampleLoss: number;
}

export function countRows(
  tally: Tally,
  { labels, key }: Pick<TaskInput, 'labels' | 'key'>,
  rows: readonly number[],
): RowCount {
  const perClass = key.classnames.map(() => ({ scored: 0, correct: 0 }));
  const losses: number[] = [];
  let correct = 0;
  let unreadable = 0;
  for (const row of rows) {
    const prediction = tally.predictions[row] ?? -1;
    if (prediction < 0) {
      if (tally.has(row)) unreadable++;
      continue;
    }
    const right = prediction === labels[row];
    losses.push(tally.losses[row] ?? Number.NaN);
    if (right) correct++;
    const counts = perClass[labels[row] ?? -1];
    if (!counts) continue;
    counts.scored++;
    if (right) counts.correct++;
  }
  const scored = losses.length;
  const total = rows.length - unreadable;
  return {
    scored,
    correct,
    total,
    perClass,
    loss: scored > 0 && scored === total ? batchMeanLoss(losses, FUSION_BENCH_BATCH) : null,
    sampleLoss: losses.reduce((sum, loss) => sum + loss, 0) / scored,
  };
}
