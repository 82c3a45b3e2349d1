import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Classified, classify } from '../classify';
import type { ZeroShotHead } from '../head';
import { createTally, resumeTally, type Tally } from '../tally';
import { calibration } from './calibration';
import { confusionCells, mistakes } from './confusion';
import { topK } from './top-k';

interface Reference {
  readonly scale: number;
  readonly head: readonly number[];
  readonly classes: number;
  readonly dimension: number;
  readonly embeddings: readonly number[];
  readonly labels: readonly number[];
  readonly predictions: readonly number[];
  readonly confidences: readonly number[];
  readonly margins: readonly number[];
  readonly logLoss: number;
  readonly confusion: readonly (readonly number[])[];
  readonly topK: readonly number[];
  readonly calibrationError: number;
  readonly bins: Readonly<Record<'images' | 'accuracy' | 'confidence', readonly (number | null)[]>>;
}

const { classification } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as { readonly classification: readonly Reference[] };

function scored({ scale, head, classes, dimension, embeddings, labels }: Reference): Tally {
  const zeroShot: ZeroShotHead = {
    weights: Float32Array.from(head),
    classes,
    dimension,
    logitScale: scale,
  };
  const all = Float32Array.from(embeddings);
  const tally = createTally(labels.length, classes);
  for (const [i, label] of labels.entries()) {
    const embedding = all.subarray(i * dimension, (i + 1) * dimension);
    tally.count(i, label, classify(embedding, zeroShot, label));
  }
  return tally;
}

describe.each(classification)('at a scale of $scale', (reference) => {
  const tally = scored(reference);
  const { labels } = reference;

  it('has scikit-learn’s predictions, probabilities and loss', () => {
    expect([...tally.predictions]).toEqual(reference.predictions);
    for (const [i, confidence] of reference.confidences.entries()) {
      const top = tally.top(i);
      expect(top).toHaveLength(5);
      expect(top[0]?.label).toBe(reference.predictions[i]);
      expect(top.map(({ probability }) => probability)).toEqual(
        top.map(({ probability }) => probability).toSorted((a, b) => b - a),
      );
      expect(top[0]?.probability).toBeCloseTo(confidence, 6);
      const margin = (top[0]?.probability ?? 0) - (top[1]?.probability ?? 0);
      expect(margin).toBeCloseTo(reference.margins[i] ?? Number.NaN, 6);
    }
    expect(tally.sampleLoss).toBeCloseTo(reference.logLoss, 6);
  });

  it('has scikit-learn’s confusion matrix', () => {
    const matrix = reference.confusion.map((row) => row.map(() => 0));
    for (const { label, prediction, images } of confusionCells(labels, tally.predictions)) {
      const row = matrix[label];
      if (row) row[prediction] = images;
    }
    expect(matrix).toEqual(reference.confusion);
  });

  it('has scikit-learn’s top 1, 2 and 5', () => {
    const counts = [1, 2, 5].map((k) => topK(k, tally.ranks, tally.predictions));
    expect(counts).toEqual(reference.topK);
    expect(counts[0]).toBe(tally.correct);
  });

  it('has torchmetrics’ calibration error, over SciPy’s bins', () => {
    const { bins, error } = calibration(
      labels,
      tally.predictions,
      (row) => tally.top(row)[0]?.probability ?? 0,
    );
    expect(error).toBeCloseTo(reference.calibrationError, 6);
    for (const [i, { images, accuracy, confidence }] of bins.entries()) {
      expect(images).toBe(reference.bins.images[i]);
      if (images === 0) expect([accuracy, confidence]).toEqual([null, null]);
      else {
        expect(accuracy).toBeCloseTo(reference.bins.accuracy[i] ?? Number.NaN, 12);
        expect(confidence).toBeCloseTo(reference.bins.confidence[i] ?? Number.NaN, 6);
      }
    }
  });
});

const labels = [0, 0, 0, 1, 1, 2];
const at = (values: readonly number[]) => (row: number) => values[row] ?? 0;

describe('of the images that count', () => {
  const predictions = [0, 1, 1, 2, -1, 2];
  const rows = [1, 2, 3, 4];

  it('mistakes come with the most of them first, and in the order of the classes', () => {
    const cells = confusionCells(labels, predictions);
    expect(cells).toEqual([
      { label: 0, prediction: 0, images: 1 },
      { label: 0, prediction: 1, images: 2 },
      { label: 1, prediction: 2, images: 1 },
      { label: 2, prediction: 2, images: 1 },
    ]);
    expect(mistakes(cells)).toEqual([cells[1], cells[2]]);
    expect(confusionCells(labels, predictions, rows)).toEqual([cells[1], cells[2]]);
  });

  it('none that was not scored is among the first k, and none that is left out', () => {
    const ranks = [0, 1, 4, 2, 0, 0];
    expect(topK(1, ranks, predictions)).toBe(2);
    expect(topK(5, ranks, predictions, rows)).toBe(3);
    expect(topK(4, ranks, predictions, rows)).toBe(2);
  });

  it('calibration is of those that were scored; an edge belongs to the bin that it begins, and 1 to the last', () => {
    const { bins, error } = calibration(labels, predictions, at([1, 0.5, 0.75, 0, 1, 1]), rows, 4);
    expect(bins.map(({ images }) => images)).toEqual([1, 0, 1, 1]);
    expect(bins.map(({ from, to }) => [from, to])[2]).toEqual([0.5, 0.75]);
    expect(error).toBeCloseTo((0 + 0.5 + 0.75) / 3, 15);
    expect(calibration(labels, predictions, at([1, 0, 0, 0, 0, 1]), [0, 5], 4)).toMatchObject({
      error: 0,
      bins: { 3: { images: 2, accuracy: 1, confidence: 1 } },
    });
    expect(calibration(labels, predictions, at([]), []).error).toBeNull();
  });
});

it('of classes that are as probable, the first is the prediction and comes before the others', () => {
  const head = { weights: Float32Array.of(1, 1, 0), classes: 3, dimension: 1, logitScale: 2 };
  const of = (label: number): Classified => classify(Float32Array.of(3), head, label);
  expect([0, 1, 2].map((label) => of(label).rank)).toEqual([0, 1, 2]);
  expect(of(0)).toMatchObject({ prediction: 0 });
  expect(of(2).top.map(({ label }) => label)).toEqual([0, 1, 2]);
});

it('of a head with fewer classes than five all are kept', () => {
  const head = { weights: Float32Array.of(1), classes: 1, dimension: 1, logitScale: 2 };
  const only = classify(Float32Array.of(3), head, 0);
  expect(only).toEqual({ prediction: 0, loss: 0, rank: 0, top: [{ label: 0, probability: 1 }] });
  const tally = createTally(2, 1);
  tally.count(1, 0, only);
  expect([tally.top(0), tally.top(1)]).toEqual([[], only.top]);
  expect(resumeTally(tally.record()).top(1)).toEqual(only.top);
});
