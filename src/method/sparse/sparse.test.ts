import { describe, expect, it } from 'vitest';
import { breadcrumbs } from '../breadcrumbs';
import { breadcrumbsTies } from '../breadcrumbs-ties';
import { della } from '../della';
import { dellaLinear } from '../della-linear';
import type { MethodOptions } from '../options';
import { mergeVectors, vectorPool } from '../testing/pool';
import type { Method } from '../types';
import { keepBand } from './magnitude-band';
import { keepingChances } from './magnitude-chances';

const banded = (values: number[], first: number, count: number) => {
  const kept = Float32Array.from(values);
  keepBand(kept, first, count);
  return [...kept];
};

describe('a band of magnitudes', () => {
  it('is what lies between the smallest and the largest', () => {
    expect(banded([3, -1, 2, -9, 8, 7], 1, 3)).toEqual([3, 0, 2, 0, 0, 7]);
    expect(banded([3, -1, 2, -9, 8, 7], 0, 2)).toEqual([0, -1, 2, 0, 0, 0]);
    expect(banded([3, -1, 2, -9, 8, 7], 4, 2)).toEqual([0, 0, 0, -9, 8, 0]);
  });

  it('takes equal magnitudes from left to right', () => {
    expect(banded([1, -1, 1, -1, 1], 1, 3)).toEqual([0, -1, 1, -1, 0]);
    expect(banded([2, 1, -1, 1, 2], 2, 2)).toEqual([2, 0, 0, 1, 0]);
  });

  it('is nothing, or everything', () => {
    expect(banded([1, 2, 3], 1, 0)).toEqual([0, 0, 0]);
    expect(banded([1, 2, 3], 0, 3)).toEqual([1, 2, 3]);
  });

  it('tells magnitudes apart that differ in their last bit', () => {
    const above = 1 + 2 ** -23;
    expect(banded([above, 1, -above, -1], 0, 2)).toEqual([0, 1, 0, -1]);
  });
});

describe('chances of being kept', () => {
  const of = (values: number[], shape: number[]) => [
    ...keepingChances(Float32Array.from(values), shape, { density: 0.5, epsilon: 0.25 }),
  ];

  it('grow with the rank in a row, from left to right where magnitudes are equal', () => {
    expect(of([3, -1, 2], [3])).toEqual([0.75, 0.25, 0.5]);
    expect(of([1, 1, -1], [3])).toEqual([0.25, 0.5, 0.75]);
    expect(of([3, -1, 2, 1, 2, 3], [2, 3])).toEqual([0.75, 0.25, 0.5, 0.25, 0.5, 0.75]);
  });

  it('go along the second dimension of tensors that have more', () => {
    expect(of([1, 9, 2, 8, 3, 7], [1, 3, 2])).toEqual([0.25, 0.75, 0.5, 0.5, 0.75, 0.25]);
  });

  it('are the density in a row of one', () => {
    expect(of([7, 8], [2, 1])).toEqual([0.5, 0.5]);
  });
});

async function merge(
  method: Method,
  experts: readonly (readonly number[])[],
  options: MethodOptions,
  weights: readonly number[] = [],
): Promise<number[]> {
  const base = { a: (experts[0] ?? []).map(() => 0) };
  const pool = vectorPool(
    base,
    experts.map((a) => ({ a })),
    weights,
  );
  return (await mergeVectors(pool, { method, options })).a?.map((value) => value + 0) ?? [];
}

describe('Model Breadcrumbs', () => {
  const half = { density: 0.5, gamma: 0.25 };

  it('leaves out the largest, and then the smallest until the density is reached', async () => {
    expect(await merge(breadcrumbs, [[1, -2, 4, 3]], half)).toEqual([0, -2, 0, 3]);
  });

  it('leaves out less of the largest where the density would not be reached', async () => {
    const options = { density: 0.75, gamma: 0.5 };
    expect(await merge(breadcrumbs, [[1, -2, 4, 3]], options)).toEqual([1, -2, 0, 3]);
  });

  it('keeps even the largest with a density of 1, and nothing with 0', async () => {
    expect(await merge(breadcrumbs, [[1, 2]], { density: 1, gamma: 0.5 })).toEqual([1, 2]);
    expect(await merge(breadcrumbs, [[1, 2]], { density: 0, gamma: 0.5 })).toEqual([0, 0]);
  });

  it('scales what is left up to the sum of magnitudes there was', async () => {
    expect(await merge(breadcrumbs, [[1, -2, 4, 3]], { ...half, rescale: true })).toEqual([
      0, -4, 0, 6,
    ]);
  });

  it('multiplies by the weight what is left, so that weights do not choose', async () => {
    const [smaller, weight] = [1.9375 + 2 ** -23, 1.0625];
    const larger = smaller + 2 ** -23;
    expect(Math.fround(larger * weight)).toBe(Math.fround(smaller * weight));
    const options = { density: 0.5, gamma: 0 };
    const merged = await merge(breadcrumbs, [[larger, smaller]], options, [weight]);
    expect(merged).toEqual([Math.fround(larger * weight), 0]);
  });

  it('adds up, or averages, what has the sign of the sum', async () => {
    const experts = [
      [2, -4, 1],
      [4, 1, -1],
    ];
    const all = { density: 1, gamma: 0 };
    expect(await merge(breadcrumbs, experts, all)).toEqual([6, -3, 0]);
    // A draw elects the positive sign.
    expect(await merge(breadcrumbsTies, experts, all)).toEqual([6, -4, 1]);
    expect(await merge(breadcrumbsTies, experts, { ...all, normalize: true })).toEqual([3, -4, 1]);
  });
});

describe('DELLA', () => {
  const values = Array.from({ length: 4096 }, (_, i) => (i % 2 ? -1 : 1) * (1 + i));
  const options = { density: 0.5, epsilon: 0.25, rescale: false };

  it('keeps about the density, of the large ones more', async () => {
    const merged = await merge(dellaLinear, [values], options);
    const share = (from: number, to: number) =>
      merged.slice(from, to).filter((value) => value !== 0).length / (to - from);
    expect(share(0, 4096)).toBeCloseTo(0.5, 1);
    expect(share(0, 512)).toBeCloseTo(0.28, 1);
    expect(share(3584, 4096)).toBeCloseTo(0.72, 1);
  });

  it('drops the same with the same seed, for every expert others', async () => {
    const first = await merge(dellaLinear, [values], { ...options, seed: 1 });
    expect(await merge(dellaLinear, [values], { ...options, seed: 1 })).toEqual(first);
    expect(await merge(dellaLinear, [values], { ...options, seed: 2 })).not.toEqual(first);
    const twice = await merge(dellaLinear, [values, values], { ...options, seed: 1 });
    expect(twice).not.toEqual(first.map((value) => 2 * value));
  });

  it('keeps everything with a density of 1, and nothing with 0', async () => {
    expect(await merge(della, [[1, 2]], { density: 1 })).toEqual([1, 2]);
    expect(await merge(della, [[1, 2]], { density: 0 })).toEqual([0, 0]);
  });

  it('refuses chances that are none', async () => {
    await expect(merge(della, [[1, 2]], { density: 0.9, epsilon: 0.1 })).rejects.toThrow(
      'Della: epsilon is 0.1; density - epsilon and density + epsilon must lie between 0 and 1, and density is 0.9. Lower it.',
    );
    await expect(merge(dellaLinear, [[1, 2]], { density: 0.1, epsilon: 0.25 })).rejects.toThrow(
      'Lower it',
    );
  });
});
