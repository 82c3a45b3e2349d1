import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type HalfFigures, meanLoss, type ScoredTask, searchOutcome, verdict } from './halves';

interface Model {
  readonly predictions: readonly number[];
  readonly losses: readonly number[];
}

interface Reference {
  readonly halves: readonly {
    readonly tasks: readonly {
      readonly labels: readonly number[];
      readonly choosing: readonly number[];
      readonly reporting: readonly number[];
      readonly before: Model;
      readonly after: Model;
    }[];
    readonly halves: Readonly<
      Record<'choosing' | 'reporting', Readonly<Record<'before' | 'after', HalfFigures>>>
    >;
    readonly difference: {
      readonly difference: number;
      readonly low: number;
      readonly high: number;
      readonly pValue: number;
    };
  }[];
}

const { halves } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as Reference;

describe('both halves, before and after, against PyTorch and SciPy', () => {
  it.each(halves)('of %#', ({ tasks, halves: expected, difference }) => {
    const scored = (half: 'choosing' | 'reporting', model: 'before' | 'after'): ScoredTask[] =>
      tasks.map((task) => ({
        labels: task.labels,
        rows: task[half],
        tally: {
          predictions: Int32Array.from(task[model].predictions),
          losses: Float64Array.from(task[model].losses),
        },
      }));
    const outcome = searchOutcome(
      [scored('choosing', 'before'), scored('choosing', 'after')],
      [scored('reporting', 'before'), scored('reporting', 'after')],
    );
    for (const half of ['choosing', 'reporting'] as const) {
      for (const model of ['before', 'after'] as const) {
        const found = outcome[half][model];
        const reference = expected[half][model];
        expect(found.pictures).toBe(reference.pictures);
        expect(found.accuracy).toBeCloseTo(reference.accuracy, 6);
        expect(found.loss).toBeCloseTo(reference.loss, 12);
        expect(found.interval[0]).toBeCloseTo(reference.interval[0], 10);
        expect(found.interval[1]).toBeCloseTo(reference.interval[1], 10);
      }
    }
    const found = outcome.reporting.difference;
    expect(found.difference).toBeCloseTo(difference.difference, 12);
    expect(found.interval[0]).toBeCloseTo(difference.low, 10);
    expect(found.interval[1]).toBeCloseTo(difference.high, 10);
    expect(found.pValue).toBeCloseTo(difference.pValue, 12);
  });
});

describe('what is searched for', () => {
  const task = (predictions: number[]): ScoredTask => ({
    labels: [0, 1],
    tally: {
      predictions: Int32Array.from(predictions),
      losses: Float64Array.from([0.5, predictions[1] === -1 ? Number.NaN : 1.5]),
    },
  });

  it('is the mean over tasks of the mean over their scored pictures', () => {
    expect(meanLoss([task([0, 1]), task([0, -1])])).toBe(0.75);
  });

  it('is never found where a task has no picture', () => {
    expect(meanLoss([task([0, 1]), task([-1, -1])])).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [0.1, 0.2, 'no difference that these pictures can show'],
    [0.1, 0.05, 'no difference that these pictures can show'],
    [0.1, 0.049, 'better than before'],
    [-0.1, 0.01, 'worse than before'],
  ])('%d with p = %d is %s', (difference, pValue, words) => {
    expect(verdict({ difference, pValue, interval: [-1, 1] })).toBe(words);
  });
});
