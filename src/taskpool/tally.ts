/** Running count of one model on one task: resumable, as it knows of every image whether it was counted, in whatever order. */

import { type Classified, type Guess, TOP } from './classify';
import { batchMeanLoss } from './statistics/batch-mean-loss';

/** FusionBench's task pools evaluate in batches of this size (`_template.yaml`) and average their losses unweighted. */
export const FUSION_BENCH_BATCH = 128;

export interface Tally {
  /** Images counted so far. */
  readonly scored: number;
  readonly correct: number;
  /** Images that can be scored: those of the task less the unreadable ones found so far. */
  readonly total: number;
  /** Images that are done with, the unreadable among them: in one fixed order, the place of the next. */
  readonly next: number;
  /** Is this image done with? */
  has(index: number): boolean;
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  readonly complete: boolean;
  /** Mean cross-entropy over the images counted so far; NaN before the first. */
  readonly sampleLoss: number;
  /** FusionBench's loss: unweighted mean over batches (of 128 unless told) in data order; null until complete. */
  loss(batchSize?: number): number | null;
  /** Predicted class by image index; -1 where not scored. */
  readonly predictions: Int32Array;
  /** Cross-entropy by image index; NaN where not scored. */
  readonly losses: Float64Array;
  /** Classes that come before the true label by image index; 0 where not scored. */
  readonly ranks: Uint16Array;
  /** The most probable classes of an image that was scored, the prediction first; none of another. */
  top(index: number): Guess[];
  /** Counts an image that has not been counted. */
  count(index: number, label: number, result: Classified): void;
  /** Images that cannot be read, and why. */
  readonly unreadable: readonly UnreadableImage[];
  /** Passes over an image that cannot be read. */
  skip(index: number, reason: string): void;
  /** Everything there is to it now, for `resumeTally`. */
  record(): TallyRecord;
}

export interface UnreadableImage {
  readonly index: number;
  readonly reason: string;
}

/** A tally as plain data. */
export interface TallyRecord {
  readonly scored: number;
  readonly correct: number;
  readonly perClass: readonly { readonly scored: number; readonly correct: number }[];
  readonly unreadable: readonly UnreadableImage[];
  /** By image index; -1 and NaN where not scored. */
  readonly predictions: Int32Array;
  readonly losses: Float64Array;
  /** By image index; 0 where not scored. */
  readonly ranks: Uint16Array;
  /** The most probable classes, as many for each image: `TOP`, or all where there are fewer. */
  readonly topLabels: Uint16Array;
  readonly topProbabilities: Float32Array;
}

/** What a record takes in memory for each image, at most. */
export const TALLY_BYTES_PER_IMAGE =
  Int32Array.BYTES_PER_ELEMENT +
  Float64Array.BYTES_PER_ELEMENT +
  Uint16Array.BYTES_PER_ELEMENT +
  TOP * (Uint16Array.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT);

export function createTally(images: number, classes: number): Tally {
  return resumeTally({
    scored: 0,
    correct: 0,
    perClass: Array.from({ length: classes }, () => ({ scored: 0, correct: 0 })),
    unreadable: [],
    predictions: new Int32Array(images).fill(-1),
    losses: new Float64Array(images).fill(Number.NaN),
    ranks: new Uint16Array(images),
    topLabels: new Uint16Array(images * Math.min(TOP, classes)),
    topProbabilities: new Float32Array(images * Math.min(TOP, classes)),
  });
}

/** Goes on counting where the record ends; its arrays become the tally's. */
export function resumeTally(record: TallyRecord): Tally {
  const { losses, predictions, ranks, topLabels, topProbabilities } = record;
  const images = predictions.length;
  const kept = images === 0 ? 0 : topLabels.length / images;
  const perClass = record.perClass.map((counts) => ({ ...counts }));
  const unreadable = [...record.unreadable];
  const skipped = new Set(unreadable.map(({ index }) => index));
  let { scored, correct } = record;
  /** Of so many images. */
  let mean = { of: 0, loss: Number.NaN };
  return {
    predictions,
    losses,
    ranks,
    perClass,
    unreadable,
    get scored() {
      return scored;
    },
    get correct() {
      return correct;
    },
    get total() {
      return images - unreadable.length;
    },
    get next() {
      return scored + unreadable.length;
    },
    top(index) {
      if ((predictions[index] ?? -1) < 0) return [];
      return Array.from({ length: kept }, (_, place) => ({
        label: topLabels[index * kept + place] ?? 0,
        probability: topProbabilities[index * kept + place] ?? 0,
      }));
    },
    has: (index) => (predictions[index] ?? -1) >= 0 || skipped.has(index),
    get complete() {
      return scored + unreadable.length === images;
    },
    get sampleLoss() {
      // In the order of the data: the last digits are the same, in whatever order the images were scored.
      if (mean.of !== scored) mean = { of: scored, loss: meanOf(losses) };
      return mean.loss;
    },
    loss(batchSize = FUSION_BENCH_BATCH) {
      if (scored === 0 || scored + unreadable.length < images) return null;
      return batchMeanLoss(
        losses.filter((loss) => !Number.isNaN(loss)),
        batchSize,
      );
    },
    count(index, label, { prediction, loss, rank, top }) {
      predictions[index] = prediction;
      losses[index] = loss;
      ranks[index] = rank;
      for (const [place, guess] of top.slice(0, kept).entries()) {
        topLabels[index * kept + place] = guess.label;
        topProbabilities[index * kept + place] = guess.probability;
      }
      scored++;
      const right = prediction === label;
      if (right) correct++;
      const counts = perClass[label];
      if (counts) {
        counts.scored++;
        if (right) counts.correct++;
      }
    },
    skip(index, reason) {
      unreadable.push({ index, reason });
      skipped.add(index);
    },
    record: () => ({
      scored,
      correct,
      perClass: perClass.map((counts) => ({ ...counts })),
      unreadable: [...unreadable],
      predictions: predictions.slice(),
      losses: losses.slice(),
      ranks: ranks.slice(),
      topLabels: topLabels.slice(),
      topProbabilities: topProbabilities.slice(),
    }),
  };
}

/** Of those that are there. */
function meanOf(losses: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const loss of losses) {
    if (Number.isNaN(loss)) continue;
    sum += loss;
    count++;
  }
  return sum / count;
}
