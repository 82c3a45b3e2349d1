/** The values that were looked at and not scored on all pictures, as points of the curve. Pure. */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import type { OpenPoint } from '../api';
import type { ScoreBook } from './book';
import type { EngineKind } from './keys';
import { mergedColumn } from './plan';
import type { ScoringInputs } from './readiness';

/** Those of which every task has counted something, for a mean of fewer tasks is another thing; `present` is shown by itself. */
export function openPoints(
  book: ScoreBook,
  inputs: ScoringInputs,
  engine: EngineKind,
  present: number,
): OpenPoint[] {
  return book.visited(engine, inputs.key).flatMap((scalingFactor): OpenPoint[] => {
    if (scalingFactor === present) return [];
    const tallies = mergedColumn(inputs, engine, scalingFactor).map((unit) => book.find(unit));
    if (tallies.every((tally) => tally?.complete)) return [];
    const begun = tallies.flatMap((tally) => (tally && tally.scored > 0 ? [tally] : []));
    if (begun.length < tallies.length) return [];
    const sum = (read: (tally: (typeof begun)[number]) => number) =>
      begun.reduce((total, tally) => total + read(tally), 0);
    return [
      {
        scalingFactor,
        accuracy: sum(({ correct, scored }) => correct / scored) / begun.length,
        interval: averageInterval(
          begun.map(({ correct, scored }) => ({ correct, scored, total: scored })),
        ),
        pictures: sum(({ scored }) => scored),
        of: sum(({ total }) => total),
      },
    ];
  });
}
