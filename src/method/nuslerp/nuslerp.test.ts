import { describe, expect, it } from 'vitest';
import { nuSlerp } from '../nu-slerp';
import type { MethodOptions } from '../options';
import { mergeVectors, vectorPool } from '../testing/pool';

async function merge(
  first: readonly number[],
  second: readonly number[],
  options: MethodOptions = {},
  shape = [first.length],
): Promise<readonly number[]> {
  const base = first.map(() => 1);
  const expert = (vector: readonly number[]) => ({ a: vector.map((value) => value + 1) });
  const pool = vectorPool({ a: base }, [expert(first), expert(second)], [], { a: shape });
  const merged = (await mergeVectors(pool, { method: nuSlerp, options })).a ?? [];
  return merged.map((value) => value - 1);
}

describe('NuSLERP', () => {
  it('goes along the arc between the task vectors, whatever the base', async () => {
    const [x = 0, y = 0] = await merge([1, 0], [0, 1], { t: 1 / 3 });
    expect(x).toBeCloseTo(Math.sqrt(3) / 2, 6);
    expect(y).toBeCloseTo(1 / 2, 6);
  });

  it('begins at the first expert and ends at the second', async () => {
    expect(await merge([1, 2], [-2, 1], { t: 0 })).toEqual([1, 2]);
    expect(await merge([1, 2], [-2, 1], { t: 1 })).toEqual([-2, 1]);
  });

  it('takes the straight way where both point along one line', async () => {
    expect(await merge([1, 2], [2, 4], { t: 0.5 })).toEqual([1.5, 3]);
    expect(await merge([1, 0], [-3, 0], { t: 0.25 })).toEqual([0, 0]);
  });

  it('takes an expert that changed nothing to be at right angles to all', async () => {
    const [x = 0] = await merge([0, 0], [1, 0], { t: 0.5 });
    expect(x).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it('goes row by row, or along the first dimension, where it is not flattened', async () => {
    const rows = { t: 0.5, nuslerp_flatten: false };
    const half = Math.SQRT1_2;
    const close = (actual: readonly number[], expected: readonly number[]) => {
      for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 6);
    };
    // Rows at a right angle and on one line; columns the other way round.
    close(await merge([1, 0, 2, 0], [0, 1, 4, 0], rows, [2, 2]), [half, half, 3, 0]);
    const along = { ...rows, nuslerp_row_wise: true };
    close(await merge([1, 2, 0, 0], [0, 4, 1, 0], along, [2, 2]), [half, 3, half, 0]);
  });
});
