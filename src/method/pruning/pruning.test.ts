import { describe, expect, it } from 'vitest';
import type { MethodOptions } from '../options';
import { mergeVectors, vectorPool } from '../testing/pool';
import { magnitudeDiffPruning } from './magnitude-diff-pruning';
import { nameMatcher } from './name-patterns';
import { type PruneType, pruneRows } from './prune-rows';

const pruned = (values: number[], columns: number, count: number, type: PruneType = 'minor') => {
  const rows = Float32Array.from(values);
  pruneRows(rows, columns, count, type);
  return [...rows];
};

describe('pruning by rows', () => {
  it('drops the smallest or the largest of each row for itself', () => {
    expect(pruned([3, -1, 2, -9, 8, 7], 3, 1)).toEqual([3, 0, 2, -9, 8, 0]);
    expect(pruned([3, -1, 2, -9, 8, 7], 3, 2, 'major')).toEqual([0, -1, 0, 0, 0, 7]);
  });

  it('takes of equal magnitudes those further left, as a stable sort does', () => {
    expect(pruned([1, -1, 1, 1], 4, 2)).toEqual([0, 0, 1, 1]);
    expect(pruned([2, -1, 2, 1, -2], 5, 2, 'major')).toEqual([0, -1, 0, 1, -2]);
    expect(pruned([1, 0.5, -1, 0.25, 1], 5, 3)).toEqual([0, 0, -1, 0, 1]);
  });

  it('drops nothing, or everything', () => {
    expect(pruned([1, 2], 2, 0)).toEqual([1, 2]);
    expect(pruned([1, 2, 3, 4], 2, 2)).toEqual([0, 0, 0, 0]);
  });
});

describe('names by regular expressions', () => {
  it('begin at the beginning of the name, with the prefix or without', () => {
    const matches = nameMatcher(['encoder', 'vision_model\\.pre']);
    expect(matches('encoder.layers.0.mlp.fc1.weight')).toBe(true);
    expect(matches('pre_layrnorm.weight')).toBe(true);
    expect(matches('post_encoder')).toBe(false);
  });
});

describe('MagnitudeDiffPruningAlgorithm', () => {
  const LINEAR = 'encoder.layers.0.mlp.fc1.weight';
  const pool = vectorPool(
    { a: [1, 1], [LINEAR]: [1, 1, 1, 1] },
    [{ a: [5, 5], [LINEAR]: [2, 4, 1.5, -3] }],
    [],
    { [LINEAR]: [1, 4] },
  );
  const merge = async (options: MethodOptions) =>
    mergeVectors(pool, { method: magnitudeDiffPruning, options });

  it('adds what is left of linear weights to the base, and leaves the rest the base’s', async () => {
    expect(await merge({})).toEqual({ a: [1, 1], [LINEAR]: [1, 4, 1, -3] });
  });

  it.each([
    ['none', [1, 4, 1, -3]],
    [true, [1, 7, 1, -7]],
    [1, [1, 7, 1, -7]],
    [false, [1, 1, 1, 1]],
    [0.5, [1, 2.5, 1, -1]],
  ])('multiplies what is left as rescale says: %s', async (rescale, expected) => {
    expect((await merge({ rescale }))[LINEAR]).toEqual(expected);
  });

  it.each<MethodOptions>([
    { prune_ratio: 0, rescale: true },
    { extract_names: ['('] },
    { extract_names: ['a'] },
  ])('is refused with %j', async (options) => {
    await expect(merge(options)).rejects.toThrowErrorMatchingSnapshot();
  });
});
