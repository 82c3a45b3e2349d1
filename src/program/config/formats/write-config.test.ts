import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compose } from '../../hydra/compose';
import { configFolder } from '../../hydra/folder-node';
import { typed } from '../../hydra/testing';
import { parseYaml } from '../../hydra/values/yaml';
import { readConfig, readProgram } from '../program/read-program';
import type { ProgramConfig } from '../program/types';
import { writeConfig } from './write-config';

const config = configFolder(fileURLToPath(new URL('../../../../config', import.meta.url)));
const written = (name: string) =>
  fileURLToPath(
    new URL(`../../../../reference/fixtures/configuration/written/${name}`, import.meta.url),
  );

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
  'task-wise': [
    pool,
    'method=adamerging/clip',
    'method.name=clip_task_wise_adamerging',
    'method.weights=[0.25,-1]',
  ],
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

  it.each([
    ['+merged_model_format=lora', '+merged_model_rank=8', '+merged_model_content=clip'],
    ['+merged_model_dtype=float16'],
    ['+merged_model_format=onnx'],
  ])('keeps how the model is saved: %s', async (...overrides) => {
    const path = "merged_model_save_path='{log_dir}/x'";
    const program = await composed(pool, 'method=task_arithmetic', path, ...overrides);
    expect(program.program.merged_model_as).toBeDefined();
    expect(readConfig(writeConfig(program))).toEqual(program);
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
        onUnreadable: 'error',
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
      fileURLToPath(new URL('../../../../reference/fixtures/scoring/program', import.meta.url)),
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
      fileURLToPath(new URL('../../../../config/_get_started', import.meta.url)),
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
