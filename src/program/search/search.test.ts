import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { searchCoordinates } from './coordinates';
import { searchLine } from './golden-section';

interface Reference {
  minima: { name: string; at: number; loss: number }[];
}

const { minima } = JSON.parse(
  readFileSync(new URL('../../../reference/fixtures/statistics.json', import.meta.url), 'utf8'),
) as Reference;

/** As in `reference/groups/statistics.py`. */
const LOSSES: Readonly<Record<string, (x: number) => number>> = {
  parabola: (x) => (x - 0.37) ** 2,
  'like a merge': (x) => 1.2 - 0.8 * Math.exp(-(((x - 0.62) / 0.5) ** 2)) + 0.05 * x,
  'steep beyond': (x) => (x - 0.9) ** 2 + (10 * Math.max(0, x - 1.1)) ** 2,
  'two valleys': (x) => Math.min((x - 0.2) ** 2 + 0.02, (x - 1.6) ** 2),
};

const line = { min: 0, max: 2, grid: 6, evaluations: 12, step: 0.01 };

describe('the search for one number', () => {
  it.each(minima)(
    "finds SciPy's minimum of $name, in twelve values",
    async ({ name, at, loss }) => {
      const curve = LOSSES[name] ?? (() => Number.NaN);
      const { best, all } = await searchLine(line, async (value) => curve(value));
      expect(all.length).toBeLessThanOrEqual(12);
      expect(Math.abs(best.value - at)).toBeLessThanOrEqual(0.05);
      expect(best.loss - loss).toBeLessThan(0.003);
      expect(best.loss).toBe(Math.min(...all.map((one) => one.loss)));
    },
  );

  it('looks at the grid first, then inwards, at multiples of the step, at none twice', async () => {
    const seen: number[] = [];
    const { all } = await searchLine(line, async (value) => {
      seen.push(value);
      return (value - 0.37) ** 2;
    });
    expect(seen.slice(0, 6)).toEqual([0, 0.4, 0.8, 1.2, 1.6, 2]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.map((value) => Math.round(value * 100) / 100)).toEqual(seen);
    expect(all.map(({ value }) => value)).toEqual(seen);
  });

  it('finds what lies at an end', async () => {
    expect((await searchLine(line, async (value) => value)).best.value).toBe(0);
    expect((await searchLine(line, async (value) => -value)).best.value).toBe(2);
  });

  it('ends early where the step leaves nothing to look at', async () => {
    const coarse = { ...line, step: 0.4, evaluations: 100 };
    const { all } = await searchLine(coarse, async (value) => (value - 0.8) ** 2);
    expect(all.length).toBe(6);
  });

  it('takes a loss that is no number for the worst', async () => {
    const curve = async (value: number) => (value > 0.5 ? Number.NaN : (value - 0.37) ** 2);
    const { best } = await searchLine(line, curve);
    expect(best.value).toBeCloseTo(0.37, 1);
  });

  it('stops with what the evaluation throws', async () => {
    const stopped = new DOMException('stopped', 'AbortError');
    await expect(
      searchLine(line, async (value) => {
        if (value > 1) throw stopped;
        return value;
      }),
    ).rejects.toBe(stopped);
  });

  it.each([{ min: 1, max: 0 }, { grid: 2 }, { grid: 2.5 }, { evaluations: 5 }, { step: 0 }])(
    'refuses %j',
    async (wrong) => {
      await expect(searchLine({ ...line, ...wrong }, async () => 0)).rejects.toThrow(RangeError);
    },
  );
});

const plan = {
  start: [1, 1, 1, 1],
  stride: 0.5,
  smallest: 0.125,
  min: -1,
  max: 2,
  evaluations: 50,
};

describe('the search for several weights', () => {
  const target = [0.625, 1.5, -0.25, 1];
  const bowl = async (weights: readonly number[]) =>
    weights.reduce((sum, weight, i) => sum + (weight - (target[i] ?? 0)) ** 2, 0);

  it('finds the bottom of a bowl to the smallest stride, in fifty values', async () => {
    const { best, all } = await searchCoordinates(plan, bowl);
    expect(best.value).toEqual(target);
    expect(all.length).toBeLessThanOrEqual(50);
  });

  it('begins at the start and keeps the best of what it saw, however early it ends', async () => {
    for (const evaluations of [1, 2, 7, 20]) {
      const { best, all } = await searchCoordinates({ ...plan, evaluations }, bowl);
      expect(all[0]?.value).toEqual(plan.start);
      expect(all.length).toBe(evaluations);
      expect(best.loss).toBe(Math.min(...all.map(({ loss }) => loss)));
    }
  });

  it('stays within its bounds', async () => {
    const { best, all } = await searchCoordinates(plan, async ([first = 0]) => -first);
    expect(best.value[0]).toBe(2);
    for (const { value } of all) expect(Math.max(...value)).toBeLessThanOrEqual(2);
  });

  it('leaves weights that change nothing', async () => {
    const { best } = await searchCoordinates(plan, async () => 1);
    expect(best.value).toEqual(plan.start);
  });

  it.each([{ start: [] }, { smallest: 0 }, { stride: 0.1 }, { min: 3 }, { evaluations: 0 }])(
    'refuses %j',
    async (wrong) => {
      await expect(searchCoordinates({ ...plan, ...wrong }, bowl)).rejects.toThrow(RangeError);
    },
  );
});
