import { describe, expect, it } from 'vitest';
import { defaultOptions, type MethodOptions, resolveOptions } from './options';
import { ALL_METHODS, findMethod } from './registry';
import { mergeVectors, vectorPool } from './testing/pool';
import type { Method } from './types';

const pool = vectorPool({ a: [0, 0] }, [{ a: [1, 2] }, { a: [3, 4] }, { a: [5, 6] }]);

function method(name: string): Method {
  const found = findMethod(name);
  if (!found) throw new Error(`no method ${name}`);
  return found;
}

/** What a method says to options and a pool. */
async function complaint(name: string, options: MethodOptions = {}, experts = 3): Promise<string> {
  const taken = { ...pool, experts: pool.experts.slice(0, experts) };
  try {
    await mergeVectors(taken, { method: method(name), options });
    return 'none';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

describe('options', () => {
  it.each(ALL_METHODS.map(({ name, options }) => [name, options] as const))(
    'of %s have defaults that are allowed',
    (name, options) => {
      expect(resolveOptions(name, options)).toEqual(
        Object.fromEntries(options.map((option) => [option.name, option.default])),
      );
      expect(() => resolveOptions(name, options, defaultOptions(options, 5))).not.toThrow();
    },
  );

  it('have as many values as experts where they are one for each', () => {
    const { options } = method('WeightedAverageAlgorithm');
    expect(defaultOptions(options, 3)).toEqual({ normalize: true, weights: [0.5, 0.5, 0.5] });
    expect(defaultOptions(method('TiesMergingAlgorithm').options, 3)).toMatchObject({
      threshold: 20,
      remove_keys: [],
    });
  });

  it.each([
    [
      'TaskArithmeticAlgorithm',
      { scale_factor: 0.5 },
      'TaskArithmeticAlgorithm has no option scale_factor; it has scaling_factor.',
    ],
    ['SimpleAverageAlgorithm', { t: 1 }, 'SimpleAverageAlgorithm has no option t; it has none.'],
    [
      'TiesMergingAlgorithm',
      { threshold: 120 },
      'TiesMergingAlgorithm: threshold is 120, but must be a finite number from 0 to 100.',
    ],
    [
      'TiesMergingAlgorithm',
      { threshold: Number.NaN },
      'TiesMergingAlgorithm: threshold is NaN, but must be a finite number from 0 to 100.',
    ],
    [
      'TiesMergingAlgorithm',
      { merge_func: 'median' },
      'TiesMergingAlgorithm: merge_func is "median", but must be one of sum, mean, max.',
    ],
    [
      'TiesMergingAlgorithm',
      { remove_keys: [1] },
      'TiesMergingAlgorithm: remove_keys is [1], but must be a list of texts.',
    ],
    [
      'DareTaskArithmetic',
      { seed: 1.5 },
      'DareTaskArithmetic: seed is 1.5, but must be a whole number of at least 0.',
    ],
    [
      'DareTaskArithmetic',
      { rescale: 1 },
      'DareTaskArithmetic: rescale is 1, but must be true or false.',
    ],
    [
      'WeightedAverageAlgorithm',
      { weights: [1, Infinity, 1] },
      'WeightedAverageAlgorithm: weights is [1, Infinity, 1], but must be a list of finite numbers.',
    ],
    [
      'WeightedAverageAlgorithm',
      { weights: [1, 2] },
      'WeightedAverageAlgorithm: weights has 2 values and the pool 3 experts; give one value for each expert, in pool order.',
    ],
    [
      'WeightedAverageAlgorithm',
      { weights: [1, -2, 1] },
      'WeightedAverageAlgorithm: weights is [1, -2, 1]; their sum is 0, so they cannot be normalized. Change them, or set normalize to false.',
    ],
    [
      'SlerpMergeAlgorithm',
      { t: '0.5' },
      'SlerpMergeAlgorithm: t is "0.5", but must be a finite number.',
    ],
    [
      'SlerpMergeAlgorithm',
      { t: Infinity },
      'SlerpMergeAlgorithm: t is Infinity, but must be a finite number.',
    ],
    [
      'SlerpMergeAlgorithm',
      { t: -Infinity },
      'SlerpMergeAlgorithm: t is -Infinity, but must be a finite number.',
    ],
    [
      'SlerpMergeAlgorithm',
      { t: Number.NaN },
      'SlerpMergeAlgorithm: t is NaN, but must be a finite number.',
    ],
    [
      'DareTaskArithmetic',
      { seed: 2 ** 53 },
      'DareTaskArithmetic: seed is 9007199254740992, but must be a whole number of at least 0.',
    ],
    [
      'DareTaskArithmetic',
      { seed: -1 },
      'DareTaskArithmetic: seed is -1, but must be a whole number of at least 0.',
    ],
    [
      'LinearInterpolationAlgorithm',
      { t: -0.001 },
      'LinearInterpolationAlgorithm: t is -0.001, but must be a finite number from 0 to 1.',
    ],
  ])('are refused in words: %s %o', async (name, options, message) => {
    const experts = method(name).experts.max ?? 3;
    expect(await complaint(name, options, experts)).toBe(`ConfigError: ${message}`);
  });
});

it('options may be at the very ends of their ranges', async () => {
  for (const t of [0, 1])
    expect(await complaint('LinearInterpolationAlgorithm', { t }, 2)).toBe('none');
  expect(await complaint('SlerpMergeAlgorithm', { t: -3 }, 2)).toBe('none');
  for (const seed of [0, 2 ** 53 - 1])
    expect(await complaint('DareTaskArithmetic', { seed })).toBe('none');
});

describe('pools', () => {
  it.each([
    ['SlerpMergeAlgorithm', 3, 'takes 1 to 2 experts, and the pool has 3. Exclude experts'],
    [
      'LinearInterpolationAlgorithm',
      3,
      'takes 1 to 2 experts, and the pool has 3. Exclude experts',
    ],
    ['ModelStock', 1, 'takes at least 2 experts, and the pool has 1. Add experts'],
  ])('of a wrong size are refused in words: %s with %i', async (name, experts, message) => {
    expect(await complaint(name, {}, experts)).toBe(
      `CompatibilityError: ${name} ${message}, or choose another method.`,
    );
  });
});

describe('methods', () => {
  it('are found by class name, with its module or without', () => {
    for (const { name } of ALL_METHODS) {
      expect(findMethod(name)?.name).toBe(name);
      expect(findMethod(`fusion_bench.method.${name}`)?.name).toBe(name);
    }
    expect(findMethod('method')).toBeUndefined();
    expect(new Set(ALL_METHODS.map(({ name }) => name)).size).toBe(ALL_METHODS.length);
  });

  it('apply the clamped coefficient where they are told to', async () => {
    const weights = [2, -1, 0.5];
    const task = method('CLIPTaskWiseAdaMergingAlgorithm');
    const merge = async (clamp_weights: boolean) =>
      (await mergeVectors(pool, { method: task, options: { weights, clamp_weights } })).a;
    expect(await merge(false)).toEqual([2 - 3 + 2.5, 4 - 4 + 3]);
    expect(await merge(true)).toEqual([1 + 2.5, 2 + 3]);
  });
});
