/** Running count of one model on one task: resumable, because images are scored in one fixed order. */

import type { Classified } from './classify';
import { batchMeanLoss } from './statistics/batch-mean-loss';

/** FusionBench's task pools evaluate in batches of this size (`_template.yaml`) and average their losses unweighted. */
export const FUSION_BENCH_BATCH = 128;

export interface Tally {
  /** Images counted so far. */
  readonly scored: number;
  readonly correct: number;
  /** Images that can be scored: those of the task less the unreadable ones found so far. */
  readonly total: number;
  /** Place in the scoring order of the next image. */
  readonly next: number;
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  readonly complete: boolean;
  /** Mean cross-entropy over the images counted so far; NaN before the first. */
  readonly sampleLoss: number;
  /** FusionBench's loss: unweighted mean over batches (of 128 unless told) in data order; null until complete. */
  loss(batchSize?: number): number | null;
  /** Predicted class by image index; -1 where not scored. */
  readonly predictions: Int32Array;
  /** Counts the image at the next place of the order. */
  count(index: number, label: number, result: Classified): void;
  /** Passes over an image that cannot be read. */
  skip(): void;
}

export function createTally(images: number, classes: number): Tally {
  const losses = new Float64Array(images).fill(Number.NaN);
  const predictions = new Int32Array(images).fill(-1);
  const perClass = Array.from({ length: classes }, () => ({ scored: 0, correct: 0 }));
  let scored = 0;
  let correct = 0;
  let skipped = 0;
  let lossSum = 0;
  return {
    predictions,
    perClass,
    get scored() {
      return scored;
    },
    get correct() {
      return correct;
    },
    get total() {
      return images - skipped;
    },
    get next() {
      return scored + skipped;
    },
    get complete() {
      return scored + skipped === images;
    },
    get sampleLoss() {
      return lossSum / scored;
    },
    loss(batchSize = FUSION_BENCH_BATCH) {
      if (scored === 0 || scored + skipped < images) return null;
      return batchMeanLoss(
        losses.filter((loss) => !Number.isNaN(loss)),
        batchSize,
      );
    },
    count(index, label, { prediction, loss }) {
      predictions[index] = prediction;
      losses[index] = loss;
      lossSum += loss;
      scored++;
      const right = prediction === label;
      if (right) correct++;
      const counts = perClass[label];
      if (counts) {
        counts.scored++;
        if (right) counts.correct++;
      }
    },
    skip() {
      skipped++;
    },
  };
}
