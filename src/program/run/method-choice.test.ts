import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/program/read-program';
import { runnableMethod } from './method-choice';

/** The method of a configuration, with the program's seed. */
function runnable(method: object, seed: number | null = null) {
  const models = { _pretrained_: 'folder/base', a: 'folder/a', b: 'folder/b' };
  const config = {
    method,
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
  };
  return runnableMethod(readConfig(JSON.stringify(config)).method, seed);
}

const dare = {
  _target_: 'fusion_bench.method.DareTaskArithmetic',
  scaling_factor: 0.3,
  sparsity_ratio: 0.5,
  only_on_linear_weights: false,
};

describe('the method of a configuration', () => {
  it('comes with its options, the scaling factor apart', () => {
    expect(runnable(dare)).toMatchObject({
      method: { name: 'DareTaskArithmetic' },
      options: { sparsity_ratio: 0.5, only_on_linear_weights: false, rescale: true },
      scalingFactor: 0.3,
    });
  });

  it('is told nothing that only FusionBench knows', () => {
    const { options } = runnable({
      _target_: 'fusion_bench.method.ModelStock',
      ignore_keys: null,
      model_save_path: 'elsewhere',
    }) ?? { options: null };
    expect(options).toEqual({});
  });

  it('draws by the program’s seed', () => {
    expect(runnable(dare)?.options).not.toHaveProperty('seed');
    expect(runnable(dare, 7)?.options.seed).toBe(7);
    const average = { _target_: 'fusion_bench.method.SimpleAverageAlgorithm' };
    expect(runnable(average, 7)?.options).toEqual({});
  });

  it('is none where nothing is merged', () => {
    expect(runnable({ _target_: 'fusion_bench.method.DummyAlgorithm' })).toBeNull();
  });
});
