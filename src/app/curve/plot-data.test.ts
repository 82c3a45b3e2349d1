import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '../../state/types';
import { axisShare, plotDomain } from './domain';
import { accuracyRange, bestPoint, plotData, visitedValues } from './plot-data';
import { roundTicks } from './scale';
import { taskStroke } from './strokes';

const point = (
  scalingFactor: number,
  accuracy: number,
  tasks: Record<string, number>,
): CurvePoint => ({
  scalingFactor,
  average: { accuracy, interval: [accuracy - 0.02, accuracy + 0.02], tasks: 2, complete: true },
  tasks,
});
const curve = [point(0, 0.5, { a: 0.25, b: 0.75 }), point(0.5, 0.625, { a: 0.5 })];

const inputs = {
  curve,
  sample: null,
  tasks: [
    { id: 'b', name: 'b' },
    { id: 'a', name: 'a' },
  ],
  domain: { min: -0.1, max: 2 },
  pretrained: null,
  current: null,
};

describe('plotData', () => {
  it('puts the average, its interval and every task over the scaling factor, in percent', () => {
    const { average, band, tasks } = plotData(inputs);
    expect(average).toEqual([
      [0, 50],
      [0.5, 62.5],
    ]);
    expect(band).toEqual([
      [0, 48, 52],
      [0.5, 60.5, 64.5],
    ]);
    expect(tasks.map(({ name, spots }) => [name, spots])).toEqual([
      ['b', [[0, 75]]],
      [
        'a',
        [
          [0, 25],
          [0.5, 50],
        ],
      ],
    ]);
  });

  it('has the averages of a sample beside it, in the order of the factors', () => {
    const points = [
      { scalingFactor: 0.5, accuracy: 1 },
      { scalingFactor: 0.25, accuracy: 0.75 },
      { scalingFactor: 3, accuracy: 0.1 },
    ];
    const { sampled, average, range } = plotData({ ...inputs, sample: { pictures: 64, points } });
    expect(sampled).toEqual([
      [0.25, 75],
      [0.5, 100],
    ]);
    expect(average).toHaveLength(2);
    expect(range).toEqual([20, 100]);
  });

  it('draws no line through two values of a sample', () => {
    const points = [
      { scalingFactor: 0.3, accuracy: 1 },
      { scalingFactor: 1.5, accuracy: 0.1 },
    ];
    expect(plotData({ ...inputs, sample: { pictures: 64, points } }).sampled).toEqual([]);
  });

  it('leaves out what lies beyond its axis', () => {
    const far = { ...inputs, curve: [...curve, point(3, 0.1, { a: 0 })] };
    expect(plotData(far).average).toHaveLength(2);
    expect(plotData(far).range).toEqual([20, 80]);
  });
});

describe('visitedValues', () => {
  it('has every value of curve and sample once, ascending, with what is known of it', () => {
    const points = [
      { scalingFactor: 0.25, accuracy: 0.75 },
      { scalingFactor: 0.5, accuracy: 1 },
    ];
    const visited = visitedValues(curve, { pictures: 64, points });
    expect(
      visited.map((value) => [value.scalingFactor, value.point?.average.accuracy, value.sampled]),
    ).toEqual([
      [0, 0.5, undefined],
      [0.25, undefined, 0.75],
      [0.5, 0.625, 1],
    ]);
    expect(visitedValues(curve, null).map(({ scalingFactor }) => scalingFactor)).toEqual([0, 0.5]);
  });
});

describe('the strokes of the tasks', () => {
  it('are distinct beyond the eight colours', () => {
    const strokes = Array.from({ length: 32 }, (_, i) => JSON.stringify(taskStroke(i)));
    expect(new Set(strokes).size).toBe(32);
    expect(taskStroke(0).dash).toBeUndefined();
  });
});

describe('accuracyRange', () => {
  it('goes out to the next ten around everything that is drawn', () => {
    const average = { accuracy: 0.87, interval: [0.85, 0.89], tasks: 2, complete: true } as const;
    expect(accuracyRange([25, 75], average, null)).toEqual([20, 90]);
    expect(accuracyRange([25, 75], null, { ...average, interval: [0.82, 0.92] })).toEqual([
      20, 100,
    ]);
  });

  it('does not follow the wide interval of a score that is still running', () => {
    const running = { accuracy: 0.6, interval: [0.3, 0.9], tasks: 2, complete: false } as const;
    expect(accuracyRange([], null, running)).toEqual([50, 70]);
  });

  it('stays within 0 and 100 %, and is all of it where nothing is drawn', () => {
    expect(accuracyRange([0, 100], null, null)).toEqual([0, 100]);
    expect(accuracyRange([], null, null)).toEqual([0, 100]);
  });
});

describe('bestPoint', () => {
  it('is the first of the highest averages', () => {
    const peak = [...curve, point(0.6, 0.625, {})];
    expect(bestPoint(peak)?.scalingFactor).toBe(0.5);
    expect(bestPoint([])).toBeNull();
  });
});

describe('plotDomain', () => {
  it('begins a little below zero, and is the slider’s whole range once it is needed', () => {
    expect(plotDomain(curve, 0.7)).toEqual({ min: -0.1, max: 2 });
    expect(plotDomain(curve, -0.2)).toEqual({ min: -1, max: 2 });
    expect(plotDomain(curve, 0.7, { wantsNegative: true })).toEqual({ min: -1, max: 2 });
    expect(plotDomain([point(-0.5, 0.1, {})], 0.7)).toEqual({ min: -1, max: 2 });
    expect(plotDomain(curve, 0.7, { reach: 4 })).toEqual({ min: -0.1, max: 4 });
  });

  it('reaches out to what was visited beyond the slider', () => {
    expect(plotDomain([point(2.5, 0.1, {})], -1.5)).toEqual({ min: -1.5, max: 2.5 });
  });

  it('leaves out what would make the slider too short to hold', () => {
    expect(plotDomain([point(1000, 0.1, {})], -50)).toEqual({ min: -0.1, max: 2 });
  });

  it('places a value by its share of the axis', () => {
    expect(axisShare(0.5, { min: -1, max: 2 })).toBe(0.5);
  });
});

describe('round ticks', () => {
  it.each<[number, number, number, number[]]>([
    [-0.1, 2, 12, [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2]],
    [40, 90, 6, [40, 50, 60, 70, 80, 90]],
    [0, 0.3, 4, [0, 0.1, 0.2, 0.3]],
    [-1, 2, 4, [-1, 0, 1, 2]],
  ])('from %d to %d, at most %d', (from, to, most, ticks) => {
    expect(roundTicks(from, to, most)).toEqual(ticks);
  });
});
