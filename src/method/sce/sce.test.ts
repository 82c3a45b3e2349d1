import { describe, expect, it } from 'vitest';
import type { MethodOptions } from '../options';
import { sce } from '../sce';
import { mergeVectors, vectorPool } from '../testing/pool';

async function merge(
  experts: readonly (readonly number[])[],
  options: MethodOptions = {},
): Promise<readonly number[]> {
  const base = { a: (experts[0] ?? []).map(() => 0) };
  const pool = vectorPool(
    base,
    experts.map((a) => ({ a })),
  );
  const merged = (await mergeVectors(pool, { method: sce, options })).a ?? [];
  return merged.map((value) => value + 0);
}

describe('SCE', () => {
  it('weighs what agrees by the square of what each expert changed', async () => {
    // Mean squares 1 and 9: weights 0.1 and 0.9.
    const [both = 0, one, other] = await merge([
      [1, 1, -1],
      [3, -3, 3],
    ]);
    expect(both).toBeCloseTo(0.1 * 1 + 0.9 * 3, 6);
    expect(one).toBeCloseTo(-3, 6);
    expect(other).toBeCloseTo(3, 6);
  });

  it('gives all the same weight where they changed next to nothing', async () => {
    const [mean = 0] = await merge([[1e-4], [3e-4]]);
    expect(mean / 2e-4).toBeCloseTo(1, 5);
  });

  it('keeps the share of varying elements that vary most', async () => {
    const experts = [
      [1, 1, 1, 1, 5],
      [1, 2, 4, 3, 5],
    ];
    // Three of five vary; a third of them is one, two thirds are two.
    const kept = async (select_topk: number) =>
      (await merge(experts, { select_topk })).map((value) => Number(value !== 0));
    expect(await kept(0.34)).toEqual([0, 0, 1, 0, 0]);
    expect(await kept(0.67)).toEqual([0, 0, 1, 1, 0]);
    expect(await kept(0)).toEqual([0, 0, 0, 0, 0]);
    expect(await kept(1)).toEqual([1, 1, 1, 1, 1]);
  });
});
