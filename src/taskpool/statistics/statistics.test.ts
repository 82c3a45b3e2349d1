import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { averageInterval } from './average-interval';
import { batchMeanLoss } from './batch-mean-loss';
import { wilsonInterval } from './wilson-interval';

interface Reference {
  wilson: { correct: number; scored: number; low: number; high: number }[];
  average: {
    tasks: { correct: number; scored: number }[];
    low: number;
    high: number;
  }[];
  batchLoss: { losses: number[]; batchSize: number; loss: number }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as Reference;

describe('the interval of one task', () => {
  it.each(reference.wilson)(
    "is SciPy's for $correct of $scored",
    ({ correct, scored, low, high }) => {
      const interval = wilsonInterval(correct, scored);
      expect(interval[0]).toBeCloseTo(low, 12);
      expect(interval[1]).toBeCloseTo(high, 12);
    },
  );

  it('only narrows as the last images are scored, and does not close', () => {
    const widths = [10, 50, 90, 100].map((scored) => {
      const [low, high] = wilsonInterval(Math.floor(scored * 0.8), scored);
      return high - low;
    });
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(widths.at(-1)).toBeGreaterThan(0.1);
  });

  it('knows nothing before the first image', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  it.each([
    [2, 1],
    [-1, 1],
    [0.5, 1],
    [1, 1.5],
  ])('refuses %d of %d', (correct, scored) => {
    expect(() => wilsonInterval(correct, scored)).toThrow(RangeError);
  });
});

describe('the interval of the average', () => {
  it.each(reference.average)('$tasks', ({ tasks, low, high }) => {
    const interval = averageInterval(tasks);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it('is narrower over more tasks', () => {
    const task = { correct: 60, scored: 100 };
    const [low, high] = averageInterval([task]);
    const [lower, higher] = averageInterval([task, task, task, task]);
    expect(higher - lower).toBeCloseTo((high - low) / 2, 12);
  });

  it('knows nothing without tasks and refuses tasks without scores', () => {
    expect(averageInterval([])).toEqual([0, 1]);
    expect(() => averageInterval([{ correct: 0, scored: 0 }])).toThrow(RangeError);
  });
});

describe("FusionBench's loss", () => {
  it.each(reference.batchLoss)(
    'is MeanMetric over batches of $batchSize',
    ({ losses, batchSize, loss }) => {
      // torchmetrics accumulates in fp32.
      expect(batchMeanLoss(losses, batchSize)).toBeCloseTo(loss, 5);
    },
  );

  it('differs from the mean over images where the last batch is short', () => {
    expect(batchMeanLoss([1, 1, 4], 2)).toBe(2.5);
    expect(batchMeanLoss(new Float32Array([1, 3]))).toBe(2);
    expect(batchMeanLoss([])).toBeNaN();
  });
});
