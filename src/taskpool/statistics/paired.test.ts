import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Discordance, discordance, mcnemarExact, pairedDifference } from './paired';

interface Reference {
  mcnemar: { firstOnly: number; secondOnly: number; pValue: number }[];
  paired: {
    tasks: Discordance[];
    difference: number;
    low: number;
    high: number;
    pValue: number;
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as Reference;

describe("McNemar's exact test", () => {
  it.each(reference.mcnemar)(
    "is SciPy's binomial test for $firstOnly and $secondOnly",
    ({ firstOnly, secondOnly, pValue }) => {
      const actual = mcnemarExact(firstOnly, secondOnly);
      expect(Math.abs(actual - pValue)).toBeLessThanOrEqual(1e-9 * pValue + 1e-300);
      expect(mcnemarExact(secondOnly, firstOnly)).toBe(actual);
    },
  );

  it.each([
    [-1, 2],
    [0.5, 1],
    [Number.NaN, 0],
  ])('refuses %d and %d', (firstOnly, secondOnly) => {
    expect(() => mcnemarExact(firstOnly, secondOnly)).toThrow(RangeError);
  });
});

describe('a difference on the same pictures', () => {
  it.each(reference.paired)('of $tasks is that of the reference', ({ tasks, ...expected }) => {
    const { difference, interval, pValue } = pairedDifference(tasks);
    expect(difference).toBeCloseTo(expected.difference, 12);
    expect(interval[0]).toBeCloseTo(expected.low, 12);
    expect(interval[1]).toBeCloseTo(expected.high, 12);
    expect(pValue).toBeCloseTo(expected.pValue, 10);
  });

  it('changes its sign with the order of the models', () => {
    const task = { pictures: 50, firstOnly: 3, secondOnly: 9 };
    const turned = { pictures: 50, firstOnly: 9, secondOnly: 3 };
    const [there, back] = [pairedDifference([task]), pairedDifference([turned])];
    expect(back.difference).toBe(-there.difference);
    expect(back.interval).toEqual([-there.interval[1], -there.interval[0]]);
  });

  it('has an interval where the models never differ, too', () => {
    const [low, high] = pairedDifference([{ pictures: 20, firstOnly: 0, secondOnly: 0 }]).interval;
    expect(high).toBeGreaterThan(0.05);
    expect(low).toBe(-high);
  });

  it.each([
    [[]],
    [[{ pictures: 0, firstOnly: 0, secondOnly: 0 }]],
    [[{ pictures: 3, firstOnly: 2, secondOnly: 2 }]],
  ])('is refused for %j', (tasks) => {
    expect(() => pairedDifference(tasks)).toThrow(RangeError);
  });
});

describe('what only one of two models gets right', () => {
  it('is counted where both have looked', () => {
    const labels = [0, 1, 2, 0, 1, 2];
    const first = [0, 1, 0, 2, -1, 2];
    const second = [0, 0, 2, 1, 1, -1];
    expect(discordance(labels, first, second)).toEqual({
      pictures: 4,
      firstOnly: 1,
      secondOnly: 1,
      bothRight: 1,
      differing: 3,
    });
  });
});
