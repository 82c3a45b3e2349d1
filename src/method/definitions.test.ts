import { describe, expect, it } from 'vitest';
import type { ModelPool } from '../modelpool/types';
import { createCpuBackend } from '../runtime/cpu/backend';
import { taskWise } from './adamerging/task-wise';
import { linearInterpolation } from './linear-interpolation';
import { mergedFromCheckpoints } from './merged-values';
import { modelStock } from './model-stock';
import type { MethodOptions } from './options';
import { simpleAverage } from './simple-average';
import { slerp } from './slerp';
import { slerpCoefficients } from './slerp-coefficients';
import { taskArithmetic } from './task-arithmetic';
import { mergeVectors, vectorPool } from './testing/pool';
import { tiesMerging } from './ties-merging';
import type { Method } from './types';
import { weightedAverage } from './weighted-average';
import { allocateWeights, loadOwnWeights } from './weights';

/** The merged tensor of a base and experts of one tensor. */
async function merge(
  method: Method,
  base: readonly number[],
  experts: readonly (readonly number[])[],
  options: MethodOptions = {},
): Promise<readonly number[]> {
  const pool = vectorPool(
    { a: base },
    experts.map((a) => ({ a })),
  );
  return (await mergeVectors(pool, { method, options })).a ?? [];
}

describe('where FusionBench’s sum begins', () => {
  // Negative zeros add up to a negative zero, and to a positive one once a positive is among them.
  it.each<{ method: Method; begin: string; count: number; options?: MethodOptions; sum: number }>([
    { method: simpleAverage, begin: 'the first expert', count: 2, sum: -0 },
    { method: weightedAverage, begin: 'the first expert', count: 2, sum: -0 },
    { method: slerp, begin: 'the first model', count: 2, sum: -0 },
    { method: linearInterpolation, begin: 'zeros', count: 2, sum: 0 },
    {
      method: modelStock,
      begin: 'the first of two',
      count: 2,
      options: { ignore_keys: ['a'] },
      sum: -0,
    },
    {
      method: modelStock,
      begin: 'zeros before three',
      count: 3,
      options: { ignore_keys: ['a'] },
      sum: 0,
    },
    // The task vector is a positive zero, the coefficient negative.
    { method: taskWise, begin: 'the base', count: 1, options: { weights: [-0.5] }, sum: -0 },
  ])('is with $begin: $method.name', async ({ method, count, options, sum }) => {
    const experts = Array.from({ length: count }, () => [-0]);
    expect(await merge(method, [-0], experts, options)).toEqual([sum]);
  });
});

describe('linear interpolation', () => {
  it.each([0, 1])('leaves out the model whose weight is zero, at t = %i', async (t) => {
    const models = [
      [1, 2],
      [Infinity, -Infinity],
    ];
    const ordered = t === 0 ? models : models.toReversed();
    expect(await merge(linearInterpolation, [9, 9], ordered, { t })).toEqual([1, 2]);
  });
});

describe('slerp', () => {
  const options = { t: 0.5, DOT_THRESHOLD: 0.9995, epsilon: 1e-8 };
  const coefficients = (first: number[], second: number[], more = {}) =>
    slerpCoefficients(Float32Array.from(first), Float32Array.from(second), { ...options, ...more });

  it('goes along the arc', async () => {
    const [x = 0, y = 0] = await merge(slerp, [1, 0], [[0, 1]]);
    expect(x).toBeCloseTo(Math.SQRT1_2, 6);
    expect(y).toBeCloseTo(Math.SQRT1_2, 6);
    // A third of a right angle: 30 degrees.
    const [cosine = 0, sine = 0] = await merge(slerp, [1, 0], [[0, 1]], { t: 1 / 3 });
    expect(cosine).toBeCloseTo(Math.sqrt(3) / 2, 6);
    expect(sine).toBeCloseTo(1 / 2, 6);
  });

  it('takes a vector of zeros to be at right angles to all others', () => {
    for (const factor of coefficients([0, 0], [3, 4]) ?? []) {
      expect(factor).toBeCloseTo(Math.SQRT1_2, 6);
    }
    expect(coefficients([0, 0], [0, 0])).not.toBeNull();
  });

  it('does not normalise a vector whose norm is just epsilon', () => {
    // Normalised, the cosine is 3/5; with the first as it is, 6/5, which is beyond the threshold.
    expect(coefficients([2, 0], [3, 4], { epsilon: 2 })).toBeNull();
    expect(coefficients([2, 0], [3, 4], { epsilon: 1.9 })).not.toBeNull();
  });

  it('still goes along the arc where the cosine is just the threshold, on either side of zero', () => {
    for (const sign of [1, -1]) {
      const second = [3 * sign, 4];
      expect(coefficients([1, 0], second, { DOT_THRESHOLD: 0.6 })).not.toBeNull();
      expect(coefficients([1, 0], second, { DOT_THRESHOLD: 0.59 })).toBeNull();
    }
  });
});

describe('Model Stock', () => {
  // k cos / ((k - 1) cos + 1) of the way from the base to the average.
  it.each([
    ['experts that agree', [2, 0], [2, 0], 1],
    ['60 degrees between them', [2, 0], [1, Math.sqrt(3)], 2 / 3],
    ['a right angle between them', [2, 0], [0, 2], 0],
    ['120 degrees between them', [2, 0], [-1, Math.sqrt(3)], -2],
  ])('goes as far as the experts agree: %s', async (_, first, second, ratio) => {
    const merged = await merge(modelStock, [0, 0], [first, second]);
    for (const [i, value] of merged.entries()) {
      const average = ((first[i] ?? 0) + (second[i] ?? 0)) / 2;
      expect(value).toBeCloseTo(average * ratio, 5);
    }
  });
});

describe('TIES-Merging', () => {
  it('takes no count of removed tensors, neither for the threshold nor for the majority of signs', async () => {
    const removed = { remove_keys: ['a'] };
    const small = vectorPool({ a: [0, 0, 0], b: [0, 0, 0, 0] }, [
      { a: [0.1, 0.2, 0.3], b: [4, 3, 2, 1] },
    ]);
    const trimmed = { method: tiesMerging, options: { threshold: 50, ...removed } };
    expect((await mergeVectors(small, trimmed)).b).toEqual([4, 3, 2, 0]);

    // Most signs are negative, but only with the removed tensor.
    const drawn = vectorPool({ a: [0, 0, 0], b: [0, 0] }, [
      { a: [-1, -1, -1], b: [2, 1] },
      { a: [-1, -1, -1], b: [-2, 1] },
    ]);
    const elected = { method: tiesMerging, options: { threshold: 100, ...removed } };
    expect((await mergeVectors(drawn, elected)).b).toEqual([2, 2]);
  });

  it('gives the largest magnitude no sign, so zero, where the vote is a draw in every respect', async () => {
    const options = { threshold: 100, merge_func: 'max' };
    const [value = 1] = await merge(
      tiesMerging,
      [0, 0, 0],
      [
        [2, 1, -1],
        [-2, 1, -1],
      ],
      options,
    );
    expect(Math.abs(value)).toBe(0);
  });
});

describe('a merge straight from the checkpoints', () => {
  it('is stopped by its signal while it reads the pool through', async () => {
    const pool: ModelPool = vectorPool({ a: [0, 0] }, [{ a: [1, 2] }]);
    const merged = mergedFromCheckpoints(pool, { method: tiesMerging }, 1, AbortSignal.abort());
    await expect(merged('a')).rejects.toThrow('aborted');
  });
});

describe('a model’s own weights', () => {
  const pool = vectorPool({ a: [0, 0], b: [0] }, [{ a: [1, 2], b: [3] }]);
  const [expert] = pool.experts;
  const prepare = () => {
    const backend = createCpuBackend();
    const like = new Map([
      ['a', { length: 2 }],
      ['b', { length: 1 }],
    ]);
    return { backend, weights: allocateWeights(backend, like) };
  };

  it('are loaded as they are, into the buffers that there are', async () => {
    const { backend, weights } = prepare();
    const before = new Map(weights.buffers);
    if (expert) await loadOwnWeights(backend, expert.model, weights);
    expect(new Map(weights.buffers)).toEqual(before);
    const values = await Promise.all([...weights.buffers.values()].map(backend.read));
    expect(values.map((each) => [...each])).toEqual([[1, 2], [3]]);
  });

  it('are not loaded any further once the signal says so', async () => {
    const { backend, weights } = prepare();
    const loading = expert && loadOwnWeights(backend, expert.model, weights, AbortSignal.abort());
    await expect(loading).rejects.toThrow('aborted');
    const values = await Promise.all([...weights.buffers.values()].map(backend.read));
    expect(values.map((each) => [...each])).toEqual([[0, 0], [0]]);
  });
});

it('a mean of experts has no use for a scaling factor, and a sum of task vectors has', async () => {
  const pool = vectorPool({ a: [1] }, [{ a: [3] }, { a: [5] }]);
  const at = async (method: Method, factor: number) =>
    (await mergeVectors(pool, { method }, factor)).a;
  expect([await at(simpleAverage, 0.5), await at(simpleAverage, 7)]).toEqual([[4], [4]]);
  expect([await at(taskArithmetic, 0.5), await at(taskArithmetic, 7)]).toEqual([[4], [43]]);
});
