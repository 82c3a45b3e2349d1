/** The values that were looked at and not scored on all pictures, as points of the curve. Pure. */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import type { OpenPoint, TaskScore } from '../api';
import type { ScoreBook } from './book';
import type { EngineKind } from './keys';
import { mergedColumn, type Unit } from './plan';
import type { ScoringInputs } from './readiness';

/**
 * Those of which every task has counted something, for a mean of fewer tasks is another thing; `present` is shown by itself.
 *
 * @param scoreOf - of the pictures that are reported on; null while none of them is scored
 */
export function openPoints(
  book: ScoreBook,
  inputs: ScoringInputs,
  engine: EngineKind,
  present: number,
  scoreOf: (unit: Unit) => TaskScore | null,
): OpenPoint[] {
  return book.visited(engine, inputs).flatMap((scalingFactor): OpenPoint[] => {
    if (scalingFactor === present) return [];
    const column = mergedColumn(inputs, engine, scalingFactor);
    if (column.every((unit) => book.find(unit)?.complete)) return [];
    const scores = column.flatMap((unit) => scoreOf(unit) ?? []);
    if (scores.length < column.length) return [];
    const sum = (read: (score: TaskScore) => number) =>
      scores.reduce((total, score) => total + read(score), 0);
    return [
      {
        scalingFactor,
        accuracy: sum(({ accuracy }) => accuracy) / scores.length,
        interval: averageInterval(scores),
        pictures: sum(({ scored }) => scored),
        of: sum(({ total }) => total),
      },
    ];
  });
}
