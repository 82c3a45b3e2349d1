/**
 * The curve before it is complete: all values of which a sweep has scored its sample, on the pictures of that sample and
 * no others, so that they can be compared. Pure.
 */
import type { CurveSample } from '../api';
import type { ScoreBook } from './book';
import type { EngineKind } from './keys';
import { scoringOrder } from './order';
import { hasAll, mergedColumn, SAMPLE, type Unit } from './plan';
import type { ScoringInputs } from './readiness';

/**
 * Null where it would say no more than the curve, which has `complete` points, or where one point is all there is.
 * Its accuracy is the unweighted mean over tasks.
 */
export function curveSample(
  book: ScoreBook,
  inputs: ScoringInputs,
  engine: EngineKind,
  complete: number,
): CurveSample | null {
  const sampled = book.visited(engine, inputs).flatMap((scalingFactor) => {
    const column = mergedColumn(inputs, engine, scalingFactor);
    const there = column.every((unit) => hasAll(book.find(unit), sampleOf(unit)));
    return there ? [{ scalingFactor, column }] : [];
  });
  if (sampled.length <= complete || sampled.length < 2) return null;
  let pictures = 0;
  const points = sampled.map(({ scalingFactor, column }) => {
    const counts = column.map((unit) => countSample(book, unit)).filter(({ scored }) => scored > 0);
    pictures = counts.reduce((sum, { scored }) => sum + scored, 0);
    const sum = counts.reduce((total, { scored, correct }) => total + correct / scored, 0);
    return { scalingFactor, accuracy: sum / counts.length };
  });
  return pictures === 0 ? null : { pictures, points };
}

function sampleOf({ task }: Unit): readonly number[] {
  return scoringOrder(task).slice(0, SAMPLE);
}

function countSample(book: ScoreBook, unit: Unit): { scored: number; correct: number } {
  const predictions = book.find(unit)?.predictions;
  const { labels } = unit.task;
  let scored = 0;
  let correct = 0;
  for (const index of sampleOf(unit)) {
    const prediction = predictions?.[index] ?? -1;
    if (prediction < 0) continue;
    scored++;
    if (prediction === labels[index]) correct++;
  }
  return { scored, correct };
}
