import { describe, expect, it } from 'vitest';
import { DEFAULT_SWEEP, sweepImages, sweepProblem, sweepValues } from './sweep';

describe('a sweep', () => {
  it('goes by its steps, each value the nearest number to its decimal', () => {
    expect(sweepValues(DEFAULT_SWEEP)).toEqual(Array.from({ length: 16 }, (_, i) => i / 10));
    expect(sweepValues({ ...DEFAULT_SWEEP, from: -0.3, to: 0.3, step: 0.1 })).toEqual([
      -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3,
    ]);
    expect(sweepValues({ ...DEFAULT_SWEEP, from: 0, to: 1, step: 0.4 })).toEqual([0, 0.4, 0.8]);
    expect(sweepValues({ ...DEFAULT_SWEEP, from: 2, to: 2 })).toEqual([2]);
  });

  it('counts its pictures: so many of each task, or all where there are fewer', () => {
    const range = { ...DEFAULT_SWEEP, to: 0.2 };
    expect(sweepImages(range, [400, 30])).toBe(3 * 430);
    expect(sweepImages({ ...range, pictures: 64 }, [400, 30])).toBe(3 * 94);
  });

  it.each([
    [{ from: Number.NaN }, 'From, to and step are finite numbers.'],
    [{ step: 0 }, 'The step is more than 0.'],
    [{ step: -0.1 }, 'The step is more than 0.'],
    [{ from: 2 }, 'The range ends below its beginning.'],
    [{ pictures: 0 }, 'The number of pictures is a whole number from 1.'],
    [{ pictures: 1.5 }, 'The number of pictures is a whole number from 1.'],
    [{ step: 0.001 }, 'These are 1501 values; a sweep has 301 at most. Take a larger step.'],
  ])('with %o says what is wrong', (changes, problem) => {
    expect(sweepProblem({ ...DEFAULT_SWEEP, ...changes })).toBe(problem);
  });

  it('of one value or many is right', () => {
    expect(sweepProblem(DEFAULT_SWEEP)).toBeNull();
    expect(sweepProblem({ ...DEFAULT_SWEEP, to: 0, pictures: 64 })).toBeNull();
    expect(sweepProblem({ ...DEFAULT_SWEEP, to: 3, step: 0.01 })).toBeNull();
  });
});
