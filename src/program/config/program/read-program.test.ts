import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compose } from '../../hydra/compose';
import { configFolder } from '../../hydra/folder-node';
import { fixture, type Run, type Setting } from '../../hydra/testing';
import { expandLogDir, readConfig, readProgram } from './read-program';

const folder = (path: string) =>
  configFolder(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)));

async function read(path: string, configName: string, overrides: readonly string[] = []) {
  const { config, referenced } = await compose({ ...folder(path), configName, overrides, env: {} });
  return readProgram(config, referenced);
}

describe('reading a program', () => {
  it("reads the tutorial's configuration", async () => {
    expect(
      await read('config/_get_started', 'clip_task_arithmetic', ['method.scaling_factor=0.5']),
    ).toMatchInlineSnapshot(`
      {
        "method": {
          "options": {
            "inplace": true,
            "scaling_factor": 0.5,
          },
          "target": "TaskArithmeticAlgorithm",
        },
        "modelpool": {
          "models": [
            {
              "name": "_pretrained_",
              "reference": "openai/clip-vit-base-patch32",
            },
            {
              "name": "sun397",
              "reference": "tanganke/clip-vit-base-patch32_sun397",
            },
            {
              "name": "stanford-cars",
              "reference": "tanganke/clip-vit-base-patch32_stanford-cars",
            },
          ],
          "platform": "hf",
          "processor": null,
          "target": "CLIPVisionModelPool",
        },
        "program": {
          "dry_run": false,
          "engine": "auto",
          "fast_dev_run": false,
          "merged_model_save_path": null,
          "overwrite": false,
          "predictions_save_path": null,
          "print_config": true,
          "print_function_call": true,
          "report_save_path": null,
          "seed": null,
        },
        "taskpool": {
          "batchSize": 1,
          "clipModel": {
            "reference": "openai/clip-vit-base-patch32",
          },
          "dataProcessor": null,
          "fastDevRun": false,
          "onUnreadable": "skip",
          "processor": {
            "reference": "openai/clip-vit-base-patch32",
          },
          "sampleSeed": 0,
          "sampleSize": null,
          "target": "CLIPVisionModelTaskPool",
          "tasks": [
            {
              "dataset": {
                "path": "tanganke/sun397",
                "split": [
                  {
                    "from": null,
                    "rounding": "closest",
                    "split": "test",
                    "to": null,
                    "unit": "rows",
                  },
                ],
              },
              "name": "sun397",
            },
            {
              "dataset": {
                "path": "tanganke/stanford_cars",
                "split": [
                  {
                    "from": null,
                    "rounding": "closest",
                    "split": "test",
                    "to": null,
                    "unit": "rows",
                  },
                ],
              },
              "name": "stanford-cars",
            },
          ],
        },
      }
    `);
  });

  it('reads the default program with eight tasks and its folders', async () => {
    const { program, method, modelpool, taskpool } = await read('config', 'fabric_model_fusion', [
      'method=dare/ties_merging',
      'taskpool=CLIPVisionModelTaskPool/clip-vit-classification_TA8_L14',
      'modelpool=CLIPVisionModelPool/clip-vit-large-patch14_TA8',
      'seed=7',
    ]);
    expect(program.seed).toBe(7);
    expect(expandLogDir(program.report_save_path ?? '', 'out')).toBe('out/program_report.json');
    expect(method).toMatchObject({ target: 'DareTiesMerging', options: { threshold: 20 } });
    expect(modelpool.models.map(({ name }) => name).join(' ')).toBe(
      '_pretrained_ sun397 stanford-cars resisc45 eurosat svhn gtsrb mnist dtd',
    );
    if (taskpool?.target !== 'CLIPVisionModelTaskPool') throw new Error('the task pool is missing');
    expect(taskpool.batchSize).toBe(128);
    expect(taskpool.clipModel).toEqual({ reference: 'openai/clip-vit-large-patch14' });
    expect(taskpool.tasks[4]?.dataset).toMatchObject({
      path: 'ufldl-stanford/svhn',
      name: 'cropped_digits',
    });
  });

  const own = fixture<Setting & { cases: readonly Run[] }>('own.json.gz');
  // What composes and is still refused: a wrong name, and coefficients that would have to be learned.
  const refused = (overrides: readonly string[]) =>
    overrides.some((item) => /scale_factor/.test(item)) ||
    overrides.join() === 'method=adamerging/clip';
  const runnable = own.cases.filter(
    ({ name, result, overrides }) => result && !name.startsWith('_') && !refused(overrides),
  );
  it.each(runnable)('accepts $name $overrides of config/', async ({ name, overrides }) => {
    // Two models are enough for all methods, and the most that some take.
    const pool = overrides.some((item) => /^modelpool|individual/.test(item))
      ? []
      : /slerp|interpolation/.test(overrides.join())
        ? [
            'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_individual',
            '+modelpool.models.b=x/y',
          ]
        : ['modelpool=CLIPVisionModelPool/clip-vit-base-patch32_svhn_and_mnist'];
    const fewer = /pruning/.test(overrides.join()) ? ['~modelpool.models.svhn'] : [];
    const program = await read('config', name, [...overrides, ...pool, ...fewer]);
    expect(program.modelpool.models.length).toBeGreaterThan(0);
  });

  it('reads what FusionBench saved after a run, with its folders still unresolved', () => {
    const config = readConfig(
      `
      path: {output_dir: out, log_dir: '\${.output_dir}/\${hydra:job.config_name}/\${now:%Y}', work_dir: '\${hydra:runtime.cwd}'}
      fabric: {_target_: lightning.Fabric, loggers: {root_dir: '\${path.log_dir}'}}
      method: {_target_: fusion_bench.method.model_stock.ModelStock, model_save_path: '\${path.log_dir}/checkpoint'}
      modelpool:
        _target_: fusion_bench.modelpool.CLIPVisionModelPool
        models: {_pretrained_: me/base, a: me/a, b: me/b}
      `,
      'runs/saved.yaml',
    );
    expect(config.taskpool).toBeNull();
    expect(config.method.options).toMatchObject({
      model_save_path: `out/saved/${new Date().getFullYear()}/checkpoint`,
    });
  });

  it('refuses a lone file that needs others', () => {
    expect(() =>
      readConfig('defaults: [method: x]', 'main.yaml'),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: main.yaml has a defaults list: it is made of several files, and needs the folder that it lies in.]`,
    );
  });

  it('reads a lone file with references inside', () => {
    const config = readConfig(`
      base: openai/clip-vit-base-patch16
      method: {_target_: fusion_bench.method.TaskArithmeticAlgorithm, scaling_factor: 1e-1}
      modelpool:
        _target_: fusion_bench.modelpool.CLIPVisionModelPool
        models:
          _pretrained_: \${base}
          a: {_target_: transformers.CLIPVisionModel.from_pretrained, pretrained_model_name_or_path: me/a, torch_dtype: float16, revision: v2}
          10: me/ten
          9: me/nine
          l: {_target_: fusion_bench.models.linearized.vision_model.load_lora_vision_model_hf, base_model_name: '\${base}', peft_name: me/lora, merge_and_unload: true}
      taskpool:
        _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
        clip_model: \${base}
        processor: \${base}
        test_datasets:
          pets:
            _target_: fusion_bench.utils.data.train_validation_split
            dataset: {_target_: datasets.load_dataset, path: imagefolder, data_dir: pets, split: "train[:50%]"}
            random_seed: 0
            return_split: val
        classnames: {pets: [a cat, a dog]}
        templates: {pets: ["a photo of {}."]}
        sample_size: 100
    `);
    expect(config.modelpool.models).toMatchInlineSnapshot(`
      [
        {
          "name": "_pretrained_",
          "reference": "openai/clip-vit-base-patch16",
        },
        {
          "dtype": "float16",
          "name": "a",
          "reference": "me/a",
          "revision": "v2",
        },
        {
          "name": "10",
          "reference": "me/ten",
        },
        {
          "name": "9",
          "reference": "me/nine",
        },
        {
          "adapter": "me/lora",
          "name": "l",
          "reference": "openai/clip-vit-base-patch16",
        },
      ]
    `);
    expect(config.taskpool).toMatchInlineSnapshot(`
      {
        "batchSize": 1,
        "clipModel": {
          "reference": "openai/clip-vit-base-patch16",
        },
        "dataProcessor": null,
        "fastDevRun": false,
        "onUnreadable": "skip",
        "processor": {
          "reference": "openai/clip-vit-base-patch16",
        },
        "sampleSeed": 0,
        "sampleSize": 100,
        "target": "CLIPVisionModelTaskPool",
        "tasks": [
          {
            "classnames": [
              "a cat",
              "a dog",
            ],
            "dataset": {
              "dataDir": "pets",
              "path": "imagefolder",
              "split": [
                {
                  "from": null,
                  "rounding": "closest",
                  "split": "train",
                  "to": 50,
                  "unit": "%",
                },
              ],
              "validation": {
                "part": "val",
                "seed": 0,
                "size": {
                  "fraction": 0.1,
                },
              },
            },
            "name": "pets",
            "templates": [
              "a photo of {}.",
            ],
          },
        ],
      }
    `);
  });
});
