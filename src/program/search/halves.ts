/**
 * What a search comes to: the model before and the model that was found, on the pictures that were chosen by and on those that
 * were not. Only the latter say how good it is: of many values the best on some pictures is better there by chance as well.
 */
import { averageInterval } from '../../taskpool/statistics/average-interval';
import type { Interval } from '../../taskpool/statistics/normal';
import {
  discordance,
  type PairCounts,
  type PairedDifference,
  pairedDifference,
} from '../../taskpool/statistics/paired';
import type { Tally } from '../../taskpool/tally';

/** A model on one task, as far as it was scored. */
export interface ScoredTask {
  readonly labels: readonly number[];
  readonly tally: Pick<Tally, 'predictions' | 'losses'>;
  /** The pictures that count; all where it is missing. */
  readonly rows?: readonly number[] | undefined;
}

/** A model on one half of every task. */
export interface HalfFigures {
  /** Pictures that were scored, of all tasks together. */
  readonly pictures: number;
  /** Unweighted means over tasks; the loss is the mean cross-entropy over a task's pictures. */
  readonly accuracy: number;
  readonly interval: Interval;
  readonly loss: number;
}

export interface SearchOutcome {
  readonly choosing: { readonly before: HalfFigures; readonly after: HalfFigures };
  readonly reporting: {
    readonly before: HalfFigures;
    readonly after: HalfFigures;
    /** After less before, on the same pictures. */
    readonly difference: PairedDifference;
  };
}

/** @throws RangeError where a task has no scored picture among its rows */
export function halfFigures(tasks: readonly ScoredTask[]): HalfFigures {
  const counts = tasks.map(countTask);
  const mean = (read: (count: Counted) => number) =>
    counts.reduce((sum, count) => sum + read(count), 0) / counts.length;
  return {
    pictures: counts.reduce((sum, { scored }) => sum + scored, 0),
    accuracy: mean(({ correct, scored }) => correct / scored),
    interval: averageInterval(counts),
    loss: mean(({ lossSum, scored }) => lossSum / scored),
  };
}

/** Unweighted mean over tasks; NaN where a task has no scored picture. */
export function meanAccuracy(tasks: readonly ScoredTask[]): number {
  const counts = tasks.map(countTask);
  return counts.reduce((sum, { correct, scored }) => sum + correct / scored, 0) / counts.length;
}

/** What a search makes small. Infinite where a task has no scored picture, so that it is never the best. */
export function meanLoss(tasks: readonly ScoredTask[]): number {
  const counts = tasks.map(countTask);
  if (counts.some(({ scored }) => scored === 0)) return Number.POSITIVE_INFINITY;
  return counts.reduce((sum, { lossSum, scored }) => sum + lossSum / scored, 0) / counts.length;
}

/** Both halves of the same tasks in the same order, before and after. */
export function searchOutcome(
  choosing: readonly [before: readonly ScoredTask[], after: readonly ScoredTask[]],
  reporting: readonly [before: readonly ScoredTask[], after: readonly ScoredTask[]],
): SearchOutcome {
  const [before, after] = reporting;
  return {
    choosing: { before: halfFigures(choosing[0]), after: halfFigures(choosing[1]) },
    reporting: {
      before: halfFigures(before),
      after: halfFigures(after),
      difference: pairedOn(before, after),
    },
  };
}

/** The second model less the first, on the same pictures of the same tasks in the same order. */
export function pairedOn(
  first: readonly ScoredTask[],
  second: readonly ScoredTask[],
): PairedDifference {
  return pairedDifference(first.map((task, i) => discordanceOf(task, second[i])));
}

/** Where chance alone would give a difference like it in more than one of twenty. */
export const SIGNIFICANT = 0.05;

/**
 * What the paired test allows to say, as the end of a sentence.
 * @param than - the first of the two models
 */
export function verdict({ difference, pValue }: PairedDifference, than = 'before'): string {
  if (pValue >= SIGNIFICANT) return 'no difference that these pictures can show';
  return `${difference > 0 ? 'better' : 'worse'} than ${than}`;
}

interface Counted {
  readonly scored: number;
  readonly correct: number;
  readonly lossSum: number;
}

function countTask({ labels, tally: { predictions, losses }, rows }: ScoredTask): Counted {
  let scored = 0;
  let correct = 0;
  let lossSum = 0;
  for (const row of rows ?? labels.keys()) {
    const prediction = predictions[row] ?? -1;
    if (prediction < 0) continue;
    scored++;
    if (prediction === labels[row]) correct++;
    lossSum += losses[row] ?? Number.NaN;
  }
  return { scored, correct, lossSum };
}

/** Two models on the same pictures of one task: which of them either is right about. */
export function discordanceOf(before: ScoredTask, after: ScoredTask | undefined): PairCounts {
  const take = ({ labels, tally, rows }: ScoredTask) => ({
    labels: rows ? rows.map((row) => labels[row] ?? -1) : labels,
    predictions: rows ? rows.map((row) => tally.predictions[row] ?? -1) : tally.predictions,
  });
  const [one, other] = [take(before), take(after ?? before)];
  return discordance(one.labels, one.predictions, other.predictions);
}
