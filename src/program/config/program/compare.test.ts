import { expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { writeConfig } from '../formats/write-config';
import { readConfig } from './read-program';

function configuration(
  compare: string,
  { models = '{_pretrained_: base, a: a}', more = '' } = {},
): string {
  return `
method: {_target_: fusion_bench.method.SimpleAverageAlgorithm}
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models: ${models}
taskpool:
  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
  test_datasets:
    a: {_target_: datasets.load_dataset, path: imagefolder, data_dir: a, split: train}
  clip_model: base
  processor: base
compare: ${compare}
${more}`;
}

function problems(...given: Parameters<typeof configuration>): string {
  try {
    readConfig(configuration(...given));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

it('is all methods, names, or a section with options, and written so that it is read back', () => {
  const all = readConfig(configuration('all'));
  expect(all.compare).toEqual({
    methods: null,
    split: 0.5,
    sampleSize: 256,
    savePath: '{log_dir}/comparison.csv',
  });
  const one = readConfig(configuration('fusion_bench.method.TiesMergingAlgorithm'));
  expect(one.compare?.methods).toEqual(['TiesMergingAlgorithm']);
  const section = readConfig(
    configuration('{methods: [MagMaxAlgorithm], split: 0.2, sample_size: null, save_path: null}'),
  );
  expect(section.compare).toEqual({
    methods: ['MagMaxAlgorithm'],
    split: 0.2,
    sampleSize: null,
    savePath: null,
  });
  for (const program of [all, one, section]) {
    expect(readConfig(writeConfig(program))).toEqual(program);
  }
  expect(readConfig(configuration('null'))).not.toHaveProperty('compare');
});

it('says what is wrong, and what to do', () => {
  expect(problems('{methods: all, splitt: 0.2}')).toBe(
    'compare.splitt: a comparison has no option splitt. The name is split.',
  );
  expect(problems('5')).toBe(
    'compare.methods: all, the name of a method or a list of names is expected.',
  );
  expect(problems('[Nothing]')).toContain('compare.methods: Nothing is not a method');
  expect(problems('all', { models: '{a: a}' })).toBe(
    'compare: methods are compared on _pretrained_ and fine-tuned models of it. Give both in modelpool.models.',
  );
  // What is asked for by name, and cannot be had, is not left out in silence.
  expect(problems('[MagMaxAlgorithm, LinearInterpolationAlgorithm]')).toBe('accepted');
  expect(
    problems('LinearInterpolationAlgorithm', { models: '{_pretrained_: base, a: a, b: b}' }),
  ).toBe(
    'compare.methods: LinearInterpolationAlgorithm does not fit the pool. modelpool.models: exactly two models are needed, and it has 3: _pretrained_, a, b.',
  );
  const three = { models: '{_pretrained_: base, a: a, b: b, c: c}' };
  expect(problems('RegMeanAlgorithmForCLIP')).toBe('accepted');
  expect(problems('RegMeanAlgorithmForCLIP', three)).toBe(
    'compare.methods: RegMeanAlgorithmForCLIP looks at pictures of each expert’s task, and no task of taskpool.test_datasets is called b or c. Add what is missing, rename the models after their tasks, or take RegMeanAlgorithmForCLIP away.',
  );
  expect(problems('all', three)).toBe('accepted');
  expect(problems('all', { more: 'search: {name: lambda, split: 0.5}' })).toContain(
    "compare: a comparison searches every method's scaling factor itself.",
  );
});
