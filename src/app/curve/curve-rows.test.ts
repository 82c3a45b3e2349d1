import { describe, expect, it } from 'vitest';
import type { CurvePoint, OpenPoint } from '../../state/types';
import { curveAsCsv } from './curve-csv';
import { jsonFile } from './curve-files';
import { curveRows, isComplete } from './curve-rows';

const point = (scalingFactor: number, accuracy: number, tasks: Record<string, number>) =>
  ({
    scalingFactor,
    average: { accuracy, interval: [accuracy - 0.25, accuracy + 0.25], tasks: 2, complete: true },
    tasks,
  }) satisfies CurvePoint;
const curve = [point(0, 0.5, { a: 0.25, b: 0.75 }), point(0.75, 0.5, { a: 0.5 })];
const open: OpenPoint[] = [
  { scalingFactor: 0.5, accuracy: 0.625, interval: [0.5, 0.75], pictures: 32, of: 700 },
];
const tasks = [
  { id: 'a', name: 'a "b", c', imageCount: 400 },
  { id: 'b', name: 'b', imageCount: 300 },
];
const rows = curveRows(curve, open, tasks);

describe('every value that was visited', () => {
  it('is a row by its factor, with the pictures that it rests on', () => {
    expect(rows.map(({ scalingFactor, pictures }) => [scalingFactor, pictures])).toEqual([
      [0, 700],
      [0.5, 32],
      [0.75, 700],
    ]);
    expect(rows.map(isComplete)).toEqual([true, false, true]);
  });

  it('is a line of CSV, quoted where needed', () => {
    expect(curveAsCsv(rows, tasks).split('\r\n')).toEqual([
      'scaling_factor,average,average_low,average_high,pictures,"a ""b"", c",b',
      '0,0.5,0.25,0.75,700,0.25,0.75',
      '0.5,0.625,0.5,0.75,32,,',
      '0.75,0.5,0.25,0.75,700,0.5,',
    ]);
  });

  it('is a point in JSON', async () => {
    const recipe = { method: 'Task arithmetic', options: {}, base: 'base', experts: [] };
    const { points } = JSON.parse(await jsonFile(rows, tasks, recipe).file.text()) as {
      points: unknown[];
    };
    expect(points[1]).toEqual({
      scaling_factor: 0.5,
      average: 0.625,
      average_interval_95: [0.5, 0.75],
      images: 32,
      tasks: {},
    });
  });

  it('has its average on the pictures to choose by where every task is split', () => {
    const [first] = curve;
    if (!first) throw new Error('there is a point');
    const split = curveRows(
      [{ ...first, choosing: { ...first.average, accuracy: 0.375 } }],
      open,
      tasks,
    );
    expect(curveAsCsv(split, tasks).split('\r\n')).toEqual([
      'scaling_factor,average,average_low,average_high,pictures,average_to_choose_by,"a ""b"", c",b',
      '0,0.5,0.25,0.75,700,0.375,0.25,0.75',
      '0.5,0.625,0.5,0.75,32,,,',
    ]);
  });
});
