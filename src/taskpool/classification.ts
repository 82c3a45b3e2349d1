/** A model's figures on a task beyond the accuracy. Pure. */
import { TOP } from './classify';
import { type Calibration, calibration } from './statistics/calibration';
import { type ConfusionCell, confusionCells } from './statistics/confusion';
import { topK } from './statistics/top-k';
import type { Tally } from './tally';

export interface Classification {
  /** Images that are scored, and that are right. */
  readonly scored: number;
  readonly correct: number;
  /** Images whose true class is among the five most probable. */
  readonly top5: number;
  readonly confusion: readonly ConfusionCell[];
  readonly calibration: Calibration;
}

/**
 * Over those images that are scored; null where none is.
 *
 * @param rows the images to count; all where it is not given
 */
export function classification(
  tally: Pick<Tally, 'predictions' | 'ranks' | 'top'>,
  labels: readonly number[],
  rows: Iterable<number> = labels.keys(),
): Classification | null {
  const { predictions, ranks } = tally;
  const scored = [...rows].filter((row) => (predictions[row] ?? -1) >= 0);
  if (scored.length === 0) return null;
  const confidenceOf = (row: number) => tally.top(row)[0]?.probability ?? 0;
  return {
    scored: scored.length,
    correct: topK(1, ranks, predictions, scored),
    top5: topK(TOP, ranks, predictions, scored),
    confusion: confusionCells(labels, predictions, scored),
    calibration: calibration(labels, predictions, confidenceOf, scored),
  };
}
