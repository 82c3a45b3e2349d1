import { describe, expect, it } from 'vitest';
import { philoxDefinition } from '../runtime/testing/philox-definition';
import { dropPattern, fnv1a } from './dare/pattern';
import { dareTaskArithmetic } from './dare-task-arithmetic';
import { mergeVectors, vectorPool } from './testing/pool';

const LENGTH = 4000;
const ones = () => new Array<number>(LENGTH).fill(1);
const zeros = () => new Array<number>(LENGTH).fill(0);
const pool = vectorPool({ a: zeros(), b: zeros() }, [
  { a: ones(), b: ones() },
  { a: ones(), b: ones() },
]);

const merge = (options: Record<string, number | boolean>, from = pool) =>
  mergeVectors(from, { method: dareTaskArithmetic, options });

describe('DARE', () => {
  it('drops the same elements for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all([
      merge({ seed: 5 }),
      merge({ seed: 5 }),
      merge({ seed: 6 }),
    ]);
    expect(again).toEqual(first);
    expect(other.a).not.toEqual(first.a);
  });

  it('draws for each expert and tensor apart, in whatever order tensors are visited', async () => {
    const forwards = await merge({ seed: 1 });
    const backwards = await merge({ seed: 1 }, { ...pool, mergedNames: ['b', 'a'] });
    expect(backwards).toEqual(forwards);
    expect(forwards.a).not.toEqual(forwards.b);
    // Both experts keep a quarter of the elements: 2 + 2; a half is kept by one alone.
    expect(new Set(forwards.a)).toEqual(new Set([0, 2, 4]));
  });

  it('keeps as many as it says, and rescales them', async () => {
    for (const sparsity_ratio of [0.1, 0.5, 0.9]) {
      const { a = [] } = await merge({ sparsity_ratio });
      const kept = a.reduce((sum, value) => sum + value, 0) * Math.fround(1 - sparsity_ratio);
      // Six standard deviations of a binomial count; the numbers are fixed, so this never changes.
      const deviation = Math.sqrt(2 * LENGTH * sparsity_ratio * (1 - sparsity_ratio));
      expect(Math.abs(kept - 2 * LENGTH * (1 - sparsity_ratio))).toBeLessThan(6 * deviation);
    }
    const unscaled = await merge({ sparsity_ratio: 0.9, rescale: false });
    expect(new Set(unscaled.a)).toEqual(new Set([0, 1, 2]));
  });

  it('is task arithmetic where nothing is dropped, and the base where everything is', async () => {
    expect(new Set((await merge({ sparsity_ratio: 0 })).a)).toEqual(new Set([2]));
    expect(new Set((await merge({ sparsity_ratio: 1, rescale: false })).a)).toEqual(new Set([0]));
    await expect(merge({ sparsity_ratio: 1 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: DareTaskArithmetic: sparsity_ratio is 1; everything would be dropped, and nothing left to be rescaled. Lower it, or set rescale to false.]`,
    );
  });

  it('draws as documented', async () => {
    const { a = [] } = await merge({ seed: 2 ** 40 + 3, sparsity_ratio: 0.25, rescale: false });
    const hash = fnv1a('a');
    expect(hash).toBe(0xaf63dc4c8601ec8cn);
    const words = (block: number, expert: number) =>
      philoxDefinition(
        [block, expert, Number(hash & 0xffffffffn), Number(hash >> 32n)],
        [3, 2 ** 8],
      );
    const expected = a.map((_, i) => {
      const kept = [0, 1].filter((expert) => {
        const word = words(Math.floor(i / 4), expert)[i % 4] ?? 0;
        return Math.floor(word / 256) / 2 ** 24 >= 0.25;
      });
      return kept.length;
    });
    expect(a).toEqual(expected);
  });

  // An element stays if its number, a multiple of 2^-24, is at least the ratio: the first that stays, by exact arithmetic.
  it.each([
    [0, 0],
    [2 ** -30, 1],
    [0.1, 1_677_722],
    [0.25, 4_194_304],
    [0.3, 5_033_165],
    [0.5, 8_388_608],
    [0.7, 11_744_052],
    [1 - 2 ** -24, 16_777_215],
    [1, 16_777_216],
  ])('at %d drops numbers below %i of 2^24', (sparsity_ratio, limit) => {
    expect(dropPattern({ seed: 0, sparsity_ratio }, 'a', 0).limit).toBe(limit);
  });
});
