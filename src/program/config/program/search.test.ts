import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { writeConfig } from '../formats/write-config';
import { readConfig } from './read-program';

const SPLIT = `_target_: fusion_bench.utils.data.train_validation_split
      dataset: {_target_: datasets.load_dataset, path: imagefolder, data_dir: a, split: train}
      random_seed: 3
      return_split: train`;
const WHOLE = '{_target_: datasets.load_dataset, path: imagefolder, data_dir: a, split: train}';

function configuration(search: string, { task = `\n      ${SPLIT}`, method = '' } = {}): string {
  return `
method: ${method || '{_target_: fusion_bench.method.TaskArithmeticAlgorithm, scaling_factor: 0.3}'}
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: {_pretrained_: base, a: a}
taskpool:
  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
  test_datasets:
    a: ${task}
  clip_model: base
  processor: base
search: ${search}
`;
}

function problems(search: string, options = {}): string {
  try {
    readConfig(configuration(search, options));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a search in a configuration', () => {
  it('is named alone or with options, and written so that it is read back', () => {
    const alone = readConfig(configuration('lambda'));
    expect(alone.search).toEqual({
      name: 'lambda',
      min: 0,
      max: 1.5,
      grid: 6,
      evaluations: 12,
      step: 0.01,
      sampleSize: null,
      split: null,
    });
    const weights = readConfig(configuration('{name: weights, sample_size: null, split: 0.5}'));
    expect(weights.search).toMatchObject({ name: 'weights', sampleSize: null, split: 0.5 });
    for (const program of [alone, weights]) {
      expect(readConfig(writeConfig(program))).toEqual(program);
    }
    expect(readConfig(configuration('null'))).not.toHaveProperty('search');
  });

  it('says what is wrong with an option, and what is meant', () => {
    expect(problems('lamda')).toMatchInlineSnapshot(
      `"search.name: one of lambda, weights is expected, but it is the text "lamda". Did you mean lambda?"`,
    );
    expect(problems('{grid: 6}')).toMatchInlineSnapshot(
      `"search.name: one of lambda, weights is expected, but it is null."`,
    );
    expect(problems('{name: lambda, stride: 1}')).toMatchInlineSnapshot(
      `"search.stride: search=lambda has no option stride. Its options are name, min, split, max, grid, evaluations, step, sample_size."`,
    );
    expect(problems('{name: lambda, grid: 2, min: 1, max: 0, step: 0}')).toMatchInlineSnapshot(`
      "search.max: it has to be larger than min, 1, but it is 0.
      search.step: a number above 0 is expected, but it is 0.
      search.grid: at least 3 values are expected, but it is 2."
    `);
    expect(problems('{name: lambda, grid: 12}')).toMatchInlineSnapshot(
      `"search.evaluations: more than the 12 values of the grid are expected, but it is 12."`,
    );
    expect(problems('{name: weights, stride: 0.1}')).toMatchInlineSnapshot(
      `"search.stride: it is halved down to step, 0.125, and cannot begin below it, but it is 0.1."`,
    );
    expect(problems('{name: weights, split: 1}')).toMatchInlineSnapshot(
      `"search.split: a share between 0 and 1 is expected, such as 0.2."`,
    );
  });

  it('needs pictures to choose by, and says how to come by them', () => {
    expect(problems('lambda', { task: WHOLE })).toMatchInlineSnapshot(
      `"taskpool.test_datasets.a: all of its pictures are reported on, and none is left to choose by. Split every such task with search.split=0.2, or put fusion_bench.utils.data.train_validation_split around its dataset, with validation_fraction: 0.2, random_seed: 0 and return_split: train."`,
    );
    expect(problems('{name: lambda, split: 0.2}', { task: WHOLE })).toBe('accepted');
  });

  it('needs a method with a scaling factor, and says which', () => {
    const method = '{_target_: fusion_bench.method.SimpleAverageAlgorithm}';
    expect(problems('lambda', { method })).toMatchInlineSnapshot(
      `"search: search=lambda needs a method with a scaling factor, and SimpleAverageAlgorithm has none. Those that do are TaskArithmeticAlgorithm, LiNeS, TiesMergingAlgorithm, MagMaxAlgorithm, PCBMerging, DareTaskArithmetic, DareTiesMerging, Breadcrumbs, BreadcrumbsTies, DellaLinear, Della, SCE, NuSlerp, TaskSingularVectorMerging, ISO_C_Merge, ISO_CTS_Merge, WUDIMerging."`,
    );
    expect(problems('weights', { method })).toMatch(
      /^search: search=weights needs a method with task vectors to weight, and SimpleAverage/,
    );
    expect(
      problems('lambda', { method: '{_target_: fusion_bench.method.DummyAlgorithm}' }),
    ).toMatch(/DummyAlgorithm has none/);
  });
});
