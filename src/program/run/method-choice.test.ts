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

  it('weighs the task vectors by a list in the scaling factor’s place', () => {
    const singular = (alpha: unknown) =>
      runnable({ _target_: 'fusion_bench.method.TaskSingularVectorMerging', alpha });
    expect(singular([0.5, 2])).toMatchObject({ scalingFactor: 1, expertWeights: [0.5, 2] });
    expect(singular([0.5, 2])?.options).toEqual({});
    for (const [alpha, scalingFactor] of [[1.5, 1.5] as const, [null, 1] as const]) {
      expect(singular(alpha)).toMatchObject({ scalingFactor });
      expect(singular(alpha)).not.toHaveProperty('expertWeights');
    }
    expect(() => singular([0.5])).toThrow(
      'method.alpha: one weight for each of the 2 fine-tuned models is needed (a, b), but there are 1.',
    );
    expect(() => singular('all')).toThrow(
      'method.alpha: a finite number or a list of them is expected, but it is the text "all".',
    );
  });

  it.each(['ISO_C_Merge', 'IsotropicMergingInCommonSubspace'])('is known as %s', (name) => {
    const { method } =
      runnable({ _target_: `fusion_bench.method.${name}`, scaling_factor: 1 }) ?? {};
    expect(method?.name).toBe('ISO_C_Merge');
  });

  it('is none where nothing is merged', () => {
    expect(runnable({ _target_: 'fusion_bench.method.DummyAlgorithm' })).toBeNull();
  });
});
