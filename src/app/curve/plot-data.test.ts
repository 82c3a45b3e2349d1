import { describe, expect, it } from 'vitest';
import type { CurvePoint } from '../../state/types';
import { curveAsCsv } from './curve-csv';
import { axisShare, plotDomain } from './domain';
import { accuracyRange, bestPoint, plotColumns, visitedValues } from './plot-data';

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

describe('plotColumns', () => {
  it('puts the average, its interval and every task over the scaling factor, in percent', () => {
    expect(plotColumns(visitedValues(curve, null), ['b', 'a'])).toEqual([
      [0, 0.5],
      [50, 62.5],
      [48, 60.5],
      [52, 64.5],
      [null, null],
      [75, null],
      [25, 50],
    ]);
  });

  it('has the values of a sample among them, each with what is known of it', () => {
    const points = [
      { scalingFactor: 0.25, accuracy: 0.75 },
      { scalingFactor: 0.5, accuracy: 1 },
    ];
    expect(plotColumns(visitedValues(curve, { pictures: 64, points }), ['a'])).toEqual([
      [0, 0.25, 0.5],
      [50, null, 62.5],
      [48, null, 60.5],
      [52, null, 64.5],
      [null, 75, 100],
      [25, null, 50],
    ]);
  });
});

describe('accuracyRange', () => {
  it('goes out to the next ten around everything that is drawn', () => {
    const average = { accuracy: 0.87, interval: [0.85, 0.89], tasks: 2, complete: true } as const;
    const columns = plotColumns(visitedValues(curve, null), ['a', 'b']);
    expect(accuracyRange(columns, average, null)).toEqual([20, 90]);
    expect(accuracyRange(columns, null, { ...average, interval: [0.82, 0.92] })).toEqual([20, 100]);
  });

  it('does not follow the wide interval of a score that is still running', () => {
    const running = { accuracy: 0.6, interval: [0.3, 0.9], tasks: 2, complete: false } as const;
    expect(accuracyRange(plotColumns([], []), null, running)).toEqual([50, 70]);
  });

  it('stays within 0 and 100 %, and is all of it where nothing is drawn', () => {
    expect(
      accuracyRange(
        plotColumns(visitedValues([point(0, 0.995, { a: 1, b: 0 })], null), ['a', 'b']),
        null,
        null,
      ),
    ).toEqual([0, 100]);
    expect(accuracyRange(plotColumns([], []), null, null)).toEqual([0, 100]);
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
  it('is the slider’s range, and reaches out to what was visited beyond it', () => {
    expect(plotDomain(curve, 0.7)).toEqual({ min: -1, max: 2 });
    expect(plotDomain([point(2.5, 0.1, {})], -1.5)).toEqual({ min: -1.5, max: 2.5 });
  });

  it('leaves out what would make the slider too short to hold', () => {
    expect(plotDomain([point(1000, 0.1, {})], -50)).toEqual({ min: -1, max: 2 });
  });

  it('places a value by its share of the axis', () => {
    expect(axisShare(0.5, { min: -1, max: 2 })).toBe(0.5);
  });
});

describe('curveAsCsv', () => {
  it('has a line for each point and quotes what needs it', () => {
    const csv = curveAsCsv(curve, [
      { id: 'a', name: 'a "b", c' },
      { id: 'b', name: 'b' },
    ]);
    expect(csv.split('\r\n')).toEqual([
      'scaling_factor,average,average_low,average_high,"a ""b"", c",b',
      '0,0.5,0.48,0.52,0.25,0.75',
      '0.5,0.625,0.605,0.645,0.5,',
    ]);
  });
});
