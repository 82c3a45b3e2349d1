import { describe, expect, it } from 'vitest';
import type { ModelPool } from '../../modelpool/types';
import { combine } from '../combine';
import { createMatrixThreads } from '../matrices/threads';
import { mergedFromCheckpoints, mergedFromCombination } from '../merged-values';
import type { MethodOptions } from '../options';
import { fakeThreads } from '../testing/matrix-threads';
import { mergeVectors, vectorPool } from '../testing/pool';
import type { MethodChoice } from '../types';
import { calibrated } from './base-method';
import { calibratedTaskArithmetic } from './task-arithmetic';

const WIDE = [3, 5];
const TALL = [5, 3];
const SHAPES = { wide: WIDE, tall: TALL };

function numbers(seed: number): Record<string, number[]> {
  const values = (place: number, count: number) =>
    Array.from({ length: count }, (_, i) =>
      Math.fround(Math.sin(seed * 7.1 + place * 3.3 + i * i)),
    );
  return { wide: values(1, 15), tall: values(2, 15), vector: values(3, 7) };
}

/** `base + factor * (tuned - base)`, element by element. */
function along(base: readonly number[], tuned: readonly number[], factor: number): number[] {
  return base.map((value, i) => value + factor * ((tuned[i] ?? 0) - value));
}

async function calibrate(pool: ModelPool, scaling_factor: number, alpha: number) {
  const options = { scaling_factor, alpha };
  return mergeVectors(pool, { method: calibratedTaskArithmetic, options });
}

const NAMES = ['wide', 'tall'] as const;

describe('calibrated task arithmetic', () => {
  const [base, first] = [numbers(0), numbers(1)];

  it('brings down to one what experts add together', async () => {
    for (const count of [2, 3]) {
      const pool = vectorPool(
        base,
        Array.from({ length: count }, () => first),
        [],
        SHAPES,
      );
      const merged = await calibrate(pool, 1, 0.1);
      for (const name of NAMES) {
        for (const [i, value] of along(base[name] ?? [], first[name] ?? [], 1).entries()) {
          expect(merged[name]?.[i]).toBeCloseTo(value, 5);
        }
      }
      // What is no matrix is added up.
      const sum = along(base.vector ?? [], first.vector ?? [], count);
      for (const [i, value] of sum.entries()) expect(merged.vector?.[i]).toBeCloseTo(value, 5);
    }
  });

  it.each([
    // The expert's coefficient is 0.25: what it asks for is had back, and more where it counts for more.
    [0.1, 1],
    [0.5, 0.5],
    [1, 0.25],
  ])('brings up what an expert asks for alone, with alpha %f to %f', async (alpha, factor) => {
    const pool = vectorPool(base, [first], [], SHAPES);
    const merged = await calibrate(pool, 0.25, alpha);
    for (const name of NAMES) {
      for (const [i, value] of along(base[name] ?? [], first[name] ?? [], factor).entries()) {
        expect(merged[name]?.[i]).toBeCloseTo(value, 5);
      }
    }
  });

  it('leaves what nobody changed', async () => {
    const merged = await calibrate(vectorPool(base, [base, base], [], SHAPES), 0.3, 0.1);
    expect(merged).toEqual(base);
  });

  it('refuses an alpha that would be divided by, and what is no finite number', async () => {
    await expect(calibrate(vectorPool(base, [first], [], SHAPES), 1, 0)).rejects.toThrow(
      'alpha is 0; a direction that no expert shares would be divided by it. Give a number above 0.',
    );
    const wrong = { ...first, tall: (first.tall ?? []).with(4, Number.NaN) };
    await expect(calibrate(vectorPool(base, [first, wrong], [], SHAPES), 1, 1)).rejects.toThrow(
      'expert-1: tall has NaN or an infinite number',
    );
  });
});

const CHOICES: MethodChoice[] = [
  { method: calibratedTaskArithmetic },
  ...calibrated.options[0].methods.map(({ name: method }) => {
    const options: MethodOptions = method === 'WUDIMerging' ? { iter_num: 3 } : {};
    return { method: calibrated, options: { base_method: { method, options } } };
  }),
];

describe.each(CHOICES)('$method.name $options', (choice) => {
  // Weights of experts are no concern of methods that yield weights.
  const pool = vectorPool(numbers(0), [1, 2, 3].map(numbers), [1, -0.4, 1], SHAPES);
  const expected = mergedFromCheckpoints(pool, choice, 1);

  it.each([1, 2, 3])('has the same bytes from %i threads', async (cores) => {
    const threads = createMatrixThreads(fakeThreads(true).spawn, cores);
    const equal = vectorPool(numbers(0), [1, 2, 3].map(numbers), [], SHAPES);
    const { createCpuBackend } = await import('../../runtime/cpu/backend');
    const backend = { ...createCpuBackend(), parts: { length: 4, atOnce: 4 } };
    const combination = await combine(equal, choice, { backend, matrices: threads });
    const merged = mergedFromCombination(combination, 1);
    for (const name of pool.mergedNames) expect(await merged(name)).toEqual(await expected(name));
    combination.free();
    threads.dispose();
  });
});

describe('another method', () => {
  const pool = vectorPool(numbers(0), [1, 2].map(numbers), [], SHAPES);
  const merge = (base_method: { method: string; options: Record<string, number | boolean> }) =>
    mergeVectors(pool, { method: calibrated, options: { base_method } });

  it('is merged with its own options, its scaling factor among them', async () => {
    const ties = (scaling_factor: number) =>
      merge({ method: 'TiesMergingAlgorithm', options: { scaling_factor } });
    const [some, more] = [await ties(0.3), await ties(0.6)];
    expect(some.vector).not.toEqual(more.vector);
    expect(await merge({ method: 'TiesMergingAlgorithm', options: {} })).toEqual(some);
  });

  it.each([
    [
      { method: 'MagMaxAlgorithm', options: {} },
      'SingularValueCalibrationWithBaseMethod: base_method is MagMaxAlgorithm, but must be one of TiesMergingAlgorithm, SimpleAverageAlgorithm, DareTaskArithmetic, TaskSingularVectorMerging, ISO_C_Merge, ISO_CTS_Merge, WUDIMerging with its options.',
    ],
    [
      { method: 'TiesMergingAlgorithm', options: { threshold: 101 } },
      'SingularValueCalibrationWithBaseMethod: base_method: TiesMergingAlgorithm: threshold is 101, but must be a finite number from 0 to 100.',
    ],
    [
      { method: 'DareTaskArithmetic', options: { sparsity_ratio: 1 } },
      'SingularValueCalibrationWithBaseMethod: base_method is DareTaskArithmetic; DareTaskArithmetic: sparsity_ratio is 1; everything would be dropped, and nothing left to be rescaled. Lower it, or set rescale to false.',
    ],
  ])(
    'is refused where it is not offered or told what it cannot do: %o',
    async (chosen, message) => {
      await expect(merge(chosen)).rejects.toThrow(message);
    },
  );
});
