import { describe, expect, it } from 'vitest';
import { bend, growthSentence } from './growth';

const line = (...points: [number, number][]) => ({
  name: 'ours',
  points: points.map(([x, seconds]) => ({ x, seconds })),
});

describe('growth', () => {
  it('of a straight line has no bend, wherever it begins', () => {
    expect(bend(line([1, 5], [10, 14], [20, 24]))).toBeCloseTo(1, 12);
  });
  it('that is quadratic bends upwards', () => {
    const quadratic = line([0, 0], [10, 100], [20, 400]);
    expect(bend(quadratic)).toBe(1.5);
    expect(growthSentence('Experts', quadratic)).toContain('steeper at the end');
  });
  it('is not judged by two points', () => {
    expect(bend(line([1, 1], [2, 2]))).toBeNaN();
    expect(growthSentence('Experts', line([1, 1], [2, 2]))).toBe('');
  });
  it('is told as milliseconds for one more', () => {
    expect(growthSentence('Experts', line([0, 1], [5, 2], [10, 3]))).toBe(
      'Experts: 200 ms for each one more; the last stretch is 1.00 times as steep as the whole (near-linear).',
    );
  });
});
