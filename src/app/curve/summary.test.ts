import { expect, it } from 'vitest';
import type { CurvePoint } from '../../state/types';
import { summaryOf } from './summary';

const point = (scalingFactor: number, accuracy: number): CurvePoint => ({
  scalingFactor,
  average: { accuracy, interval: [0, 1], tasks: 2, complete: true },
  tasks: {},
});

it('tells both ends of the curve and its peak', () => {
  expect(summaryOf([point(0, 0.5), point(0.5, 0.75), point(1, 0.625)], 2)).toBe(
    'Average accuracy of 2 tasks over 3 scaling factors: 50.0 % at 0.00, highest 75.0 % at 0.50, 62.5 % at 1.00.',
  );
});

it('tells a single point once', () => {
  expect(summaryOf([point(0.35, 0.56)], 1)).toBe(
    'Average accuracy of 1 task: 56.0 % at 0.35, the only scaling factor so far.',
  );
});

it('says that there is none', () => {
  expect(summaryOf([], 2)).toBe('No scaling factor has been scored on all images yet.');
});
