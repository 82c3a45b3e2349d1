import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../errors';
import { compose } from '../compose';
import { configFolder } from '../folder-node';
import type { MethodConfig } from '../methods/index';
import { readConfig, readProgram } from '../program/read-program';
import type { ModelPoolConfig, ModelSource, ProgramConfig } from '../program/types';
import { typed } from '../testing';
import { parseYaml } from '../values/yaml';
import { readMergekitConfig } from './read-mergekit';
import { writeConfig } from './write-config';
import { writeMergekitConfig } from './write-mergekit';
import { type Writable, writeYaml } from './write-yaml';

const config = configFolder(new URL('../../../../config', import.meta.url).pathname);
const written = (name: string) =>
  new URL(`../../../../reference/fixtures/configuration/written/${name}`, import.meta.url).pathname;

async function composed(...overrides: string[]): Promise<ProgramConfig> {
  const result = await compose({
    ...config,
    configName: 'fabric_model_fusion',
    overrides,
    env: {},
    now: new Date(2026, 2, 4, 5, 6, 7),
  });
  return readProgram(result.config, result.referenced);
}

const pool = 'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_sun397_and_cars';
const two = 'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_individual';
const tasks = 'taskpool=CLIPVisionModelTaskPool/clip-vit-base-patch32_svhn_and_mnist';

/** Programs of every kind, by the name of the file that the reference's check reads. */
const programs: Readonly<Record<string, readonly string[]>> = {
  'simple-average': [pool, 'method=simple_average', '~taskpool'],
  'weighted-average': [pool, 'method=linear/weighted_average', 'method.weights=[0.25,-1]'],
  'task-arithmetic': [
    pool,
    'method=task_arithmetic',
    tasks,
    'method.scaling_factor=1e-7',
    'seed=3',
  ],
  'ties-merging': [pool, 'method=ties_merging', 'method.merge_func=mean', 'method.threshold=12.5'],
  magmax: [pool, 'method=magmax/magmax', 'method.scaling_factor=-1', 'method.inplace=false'],
  'dare-task-arithmetic': [pool, 'method=dare/task_arithmetic', 'method.sparsity_ratio=0.75'],
  'dare-ties-merging': [pool, 'method=dare/ties_merging', "method.remove_keys=['yes','1e5']"],
  'model-stock': [pool, 'method=model_stock/model_stock', "merged_model_save_path='{log_dir}/x'"],
  slerp: [two, '+modelpool.models.other=me/other', 'method=slerp/slerp', 'method.t=1'],
  dummy: [two, 'method=dummy', 'fast_dev_run=true', 'print_config=false'],
};

describe("writing FusionBench's YAML", () => {
  it.each(Object.entries(programs))('%s comes back the same', async (name, overrides) => {
    const program = await composed(...overrides);
    const yaml = writeConfig(program);
    expect(readConfig(yaml)).toEqual(program);
    // reference/check_config.py hands these files to the real program.
    await expect(yaml).toMatchFileSnapshot(written(`${name}.yaml`));
  });

  it('keeps what a pool, its data and its names can be', async () => {
    const base = await composed(pool, 'method=task_arithmetic', tasks);
    if (base.taskpool?.target !== 'CLIPVisionModelTaskPool') throw new Error('no task pool');
    const program: ProgramConfig = {
      ...base,
      modelpool: {
        ...base.modelpool,
        models: [
          { name: '_pretrained_', reference: 'openai/clip', revision: '1e5', dtype: 'float16' },
          { name: '10', reference: 'on' },
          { name: '9', reference: '???x', subfolder: '012' },
          { name: 'no', reference: '~/models/é', adapter: 'me/lora: x' },
        ],
      },
      taskpool: {
        ...base.taskpool,
        batchSize: 1,
        dataProcessor: { reference: 'openai/clip', subfolder: 'processor' },
        sampleSize: 500,
        sampleSeed: 9,
        tasks: [
          {
            name: 'pets',
            classnames: ['yes', '=', '1:30', 'a "cat"', '#1', ''],
            templates: ['{}', "it's a {c}."],
            dataset: {
              path: 'imagefolder',
              dataDir: 'C:\\pets',
              split: [
                { split: 'train', from: 10, to: -5, unit: '%', rounding: 'pct1_dropremainder' },
                { split: 'test', from: null, to: null, unit: 'rows', rounding: 'closest' },
              ],
              validation: { size: { rows: 40 }, seed: null, part: 'train' },
            },
          },
          {
            name: 'files',
            dataset: {
              path: 'parquet',
              dataFiles: new Map([['test', ['a.parquet', 'b.parquet']]]),
              split: [{ split: 'test', from: null, to: 20, unit: 'rows', rounding: 'closest' }],
              revision: '2026-01-01',
            },
          },
        ],
      },
    };
    const yaml = writeConfig(program);
    expect(readConfig(yaml)).toEqual(program);
    await expect(yaml).toMatchFileSnapshot(written('names-and-data.yaml'));
  });

  it('keeps a program of local folders', async () => {
    const source = configFolder(
      new URL('../../../../reference/fixtures/scoring/program', import.meta.url).pathname,
    );
    const configName = 'clip_task_arithmetic';
    const { config: tree } = await compose({ ...source, configName, overrides: [], env: {} });
    const program = readProgram(tree);
    const yaml = writeConfig(program);
    expect(readConfig(yaml)).toEqual(program);
    await expect(yaml).toMatchFileSnapshot(written('task-arithmetic-local.yaml'));
  });

  it("writes the tutorial as FusionBench's own file has it", async () => {
    const source = configFolder(
      new URL('../../../../config/_get_started', import.meta.url).pathname,
    );
    const { config: tree } = await compose({
      ...source,
      configName: 'clip_task_arithmetic',
      overrides: [],
      env: {},
    });
    const original = (await source.read('clip_task_arithmetic.yaml')) ?? '';
    expect(typed(parseYaml(writeConfig(readProgram(tree)), 'written'))).toEqual(
      typed(parseYaml(original, 'original')),
    );
  });
});

describe('writing YAML', () => {
  const values: readonly Writable[] = [
    ...[
      'yes',
      'No',
      'on',
      'y',
      'null',
      '~',
      '',
      '???',
      '1',
      '-7',
      '1_0',
      '010',
      '0x1F',
      '0b1',
      '1:30',
    ],
    ...[
      '1.5',
      '.5',
      '5.',
      '1e5',
      '1e-5',
      '1.0e+5',
      '.inf',
      '.nan',
      '2026-01-01',
      '=',
      '<<',
      '- a',
      '-',
    ],
    ...[
      'a: b',
      'a #b',
      '#b',
      '@b',
      '%b',
      '`b',
      '!b',
      '&b',
      '*b',
      '{log_dir}',
      '[a]',
      ' a',
      'a ',
      'a\nb',
      '\t',
    ],
    ...["it's", '"', '\\', 'é', '\u0000', '😀', '?', '? a', '| a', '> a'],
    ...[0, -1, 0.3, 1e-8, 1e-7, 1.5e-10, 1e21, 0.1 + 0.2, -0.5, true, false, null],
    ...[
      [],
      ['a', ['b']],
      new Map(),
      new Map<string, Writable>([
        ['10', 1],
        ['9', []],
      ]),
    ],
  ];
  it.each(values.map((value) => [value]))('%j', (value) => {
    const text = writeYaml({ value }, 'comment');
    const plain = (item: unknown): unknown =>
      item instanceof Map
        ? [...item].map(([key, inner]) => [key, plain(inner)])
        : Array.isArray(item)
          ? item.map(plain)
          : item !== null && typeof item === 'object' && 'value' in item
            ? item.value
            : item;
    expect(plain(parseYaml(text, 'written').get('value'))).toEqual(plain(value));
  });
});

const models = (...names: string[]): readonly ModelSource[] =>
  names.map((name) =>
    name === '_pretrained_'
      ? { name, reference: 'openai/clip-vit-base-patch32' }
      : { name, reference: `tanganke/clip-vit-base-patch32_${name}` },
  );

const poolOf = (...names: string[]): ModelPoolConfig => ({
  target: 'CLIPVisionModelPool',
  models: models(...names),
  processor: null,
  platform: 'hf',
});

const merges: readonly (readonly [name: string, MethodConfig, ModelPoolConfig])[] = [
  [
    'task-arithmetic',
    { target: 'TaskArithmeticAlgorithm', options: { scaling_factor: 0.3, inplace: true } },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'linear',
    { target: 'SimpleAverageAlgorithm', options: { show_pbar: false, inplace: true } },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'b', reference: './b' },
      ],
    },
  ],
  [
    'linear-weighted',
    {
      target: 'WeightedAverageAlgorithm',
      options: { normalize: false, weights: [0.7, 1e-8], verbose: true },
    },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'a-2', reference: 'you/a' },
      ],
    },
  ],
  [
    'ties',
    {
      target: 'TiesMergingAlgorithm',
      options: { scaling_factor: 0.3, threshold: 20, remove_keys: [], merge_func: 'mean' },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
  [
    'dare-linear',
    {
      target: 'DareTaskArithmetic',
      options: {
        scaling_factor: 0.5,
        sparsity_ratio: 0.75,
        only_on_linear_weights: false,
        rescale: true,
      },
    },
    {
      ...poolOf(),
      models: [
        ...models('_pretrained_', 'sun397'),
        {
          name: 'lora-16',
          reference: 'openai/clip-vit-base-patch32',
          revision: 'v1',
          adapter: 'me/lora-16',
        },
      ],
    },
  ],
  [
    'slerp',
    { target: 'SlerpMergeAlgorithm', options: { t: 0.25, DOT_THRESHOLD: 0.9995, epsilon: 1e-8 } },
    {
      ...poolOf(),
      models: [
        { name: 'a', reference: 'me/a' },
        { name: 'b', reference: 'me/b' },
      ],
    },
  ],
  [
    'model-stock',
    {
      target: 'ModelStock',
      options: { ignore_keys: null, model_save_path: null, model_save_kwargs: undefined },
    },
    poolOf('_pretrained_', 'sun397', 'dtd'),
  ],
];

describe("mergekit's YAML", () => {
  it.each(merges)('%s comes back the same', async (name, method, modelpool) => {
    const yaml = writeMergekitConfig({ method, modelpool });
    expect(readMergekitConfig(yaml)).toEqual({ method, modelpool });
    await expect(yaml).toMatchFileSnapshot(written(`mergekit/${name}.yml`));
  });

  it('reads what people write: the base among the models, weights for all, no names', () => {
    const { method, modelpool } = readMergekitConfig(`
      merge_method: task_arithmetic
      base_model: openai/clip-vit-base-patch16
      models:
        - model: openai/clip-vit-base-patch16
        - model: tanganke/clip-vit-base-patch16_dtd
          parameters: {weight: 0.4}
        - model: ./checkpoints/mnist/model.safetensors
      parameters: {weight: 0.4, int8_mask: true}
      dtype: bfloat16
    `);
    expect(method.options).toEqual({ scaling_factor: 0.4, inplace: true });
    expect(modelpool.models.map(({ name }) => name)).toEqual(['_pretrained_', 'dtd', 'model']);
  });

  function refusal(yaml: string): string {
    try {
      readMergekitConfig(yaml);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return 'accepted';
  }

  it('refuses what FusionBench has no option for', () => {
    expect(refusal('merge_method: della\nmodels: []')).toMatchInlineSnapshot(
      `"merge_method: one of linear, task_arithmetic, ties, dare_linear, slerp, model_stock is expected, but it is the text "della"."`,
    );
    expect(
      refusal(
        'merge_method: task_arithmetic\nbase_model: b\nmodels: [{model: x, parameters: {weight: 1}}, {model: y, parameters: {weight: 2}}]',
      ),
    ).toMatchInlineSnapshot(
      `"mergekit_config.yml: the models have different weights (1, 2), for which FusionBench's task_arithmetic has no option. Give all the same weight."`,
    );
    expect(
      refusal(
        'merge_method: ties\nbase_model: b\nmodels: [{model: x, parameters: {weight: [0, 1]}}]\nparameters: {densty: 0.5}',
      ),
    ).toMatchInlineSnapshot(`
      "parameters.densty: mergekit has no option densty. The name is density.
      models.0.parameters.weight: a finite number is expected, but it is a list."
    `);
    expect(refusal('merge_method: slerp\nslices: []')).toMatchInlineSnapshot(
      `"mergekit_config.yml: slices is not supported: models are merged as a whole."`,
    );
  });

  it('refuses to write what mergekit does not have', async () => {
    const program = await composed(pool, 'method=magmax/magmax');
    expect(() => writeMergekitConfig(program)).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have MagMaxAlgorithm. Write a configuration of FusionBench instead.]`,
    );
    const dare = await composed(pool, 'method=dare/ties_merging');
    expect(() => writeMergekitConfig(dare)).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: mergekit does not have TIES after DARE: its dare_ties trims nothing. Write a configuration of FusionBench instead.]`,
    );
  });
});
