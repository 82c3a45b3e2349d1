import { describe, expect, it } from 'vitest';
import { mergeVectors, vectorPool } from '../testing/pool';
import { layerWise } from './layer-wise';
import { taskWise } from './task-wise';

const base = { b: [0, 1], a: [1, 1] };
const experts = [
  { b: [0.1, 1.7], a: [3, 1.1] },
  { b: [5, -2], a: [0.3, 0] },
];

describe('layer-wise coefficients', () => {
  it('are task-wise ones where each expert has a single one', async () => {
    const pool = vectorPool(base, experts);
    const ours = { method: layerWise, options: { weights: [[0.3], [-0.7]] } };
    const theirs = { method: taskWise, options: { weights: [0.3, -0.7] } };
    expect(await mergeVectors(pool, ours)).toEqual(await mergeVectors(pool, theirs));
  });

  it('go by the order in which PyTorch has the parameters, not by that of the file', async () => {
    const [first, last] = ['pre_layrnorm.bias', 'post_layernorm.bias'];
    const pool = vectorPool({ [last]: [0], [first]: [0] }, [{ [last]: [1], [first]: [1] }]);
    const choice = { method: layerWise, options: { weights: [[0.25, 0.5]] } };
    expect(await mergeVectors(pool, choice)).toEqual({ [first]: [0.25], [last]: [0.5] });
  });

  it.each([[[[0.3]]], [[[0.3], [0.3, 0.2, 0.1]]]])('are refused as %j', async (weights) => {
    const merging = mergeVectors(vectorPool(base, experts), {
      method: layerWise,
      options: { weights },
    });
    await expect(merging).rejects.toThrowErrorMatchingSnapshot();
  });
});
