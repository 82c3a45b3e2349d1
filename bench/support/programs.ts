/** Configurations that this program and FusionBench read alike. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findMethod } from '../../src/method/registry';
import type { RandomPool } from './random-pool';

/** A method by FusionBench's class name, its options' defaults written out, as FusionBench has none for most of them. */
export function methodSection(name: string, options: Readonly<Record<string, unknown>> = {}) {
  const method = findMethod(name);
  if (!method) throw new RangeError(`no method is called ${name}`);
  const defaults = Object.fromEntries(
    method.options.map((option) => [option.name, option.nullable ? null : option.default]),
  );
  const { configName, module } = method;
  const made =
    configName === undefined ? { _target_: `${module}.${method.name}` } : { name: configName };
  return { ...made, ...defaults, ...options };
}

export interface WrittenProgram {
  /** `--config-path` and `--config-name`. */
  readonly args: readonly string[];
}

/** Merges a pool and does nothing else; where the model is saved is for the command line to say. */
export async function writeMergeProgram(
  folder: string,
  name: string,
  method: object,
  { base, experts }: RandomPool,
  withBase = true,
): Promise<WrittenProgram> {
  const models = {
    ...(withBase ? { _pretrained_: base } : {}),
    ...Object.fromEntries(experts.map((path, i) => [`expert_${i + 1}`, path])),
  };
  const config = {
    _target_: 'fusion_bench.programs.FabricModelFusionProgram',
    _recursive_: false,
    print_config: false,
    merged_model_save_path: null,
    method,
    modelpool: { _target_: 'fusion_bench.modelpool.CLIPVisionModelPool', models },
  };
  // JSON is YAML.
  await writeFile(join(folder, `${name}.yaml`), JSON.stringify(config));
  return { args: ['--config-path', folder, '--config-name', name] };
}

/** The same for mergekit, on files. */
export async function writeMergekitProgram(
  folder: string,
  { base, experts }: RandomPool,
  scalingFactor: number,
): Promise<string> {
  const config = {
    merge_method: 'task_arithmetic',
    base_model: join(base, 'model.safetensors'),
    models: experts.map((path) => ({
      model: join(path, 'model.safetensors'),
      parameters: { weight: 1 },
    })),
    parameters: { lambda: scalingFactor, normalize: false },
    dtype: 'float32',
  };
  const file = join(folder, `mergekit-${experts.length}.yaml`);
  await writeFile(file, JSON.stringify(config));
  return file;
}

/** Folders of pictures by task, and what else the task pool is told. */
export interface ScoredTasks {
  readonly folders: Readonly<Record<string, string>>;
  readonly batchSize: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Scores one CLIP, as it is, on folders of pictures. */
export async function writeScoringProgram(
  folder: string,
  name: string,
  clip: string,
  { folders, batchSize, more = {} }: ScoredTasks,
): Promise<WrittenProgram> {
  const datasets = Object.entries(folders).map(([task, dataDir]) => [
    task,
    {
      _target_: 'datasets.load_dataset',
      path: 'imagefolder',
      data_dir: dataDir,
      split: 'train',
    },
  ]);
  const config = {
    _target_: 'fusion_bench.programs.FabricModelFusionProgram',
    _recursive_: false,
    print_config: false,
    method: { _target_: 'fusion_bench.method.DummyAlgorithm' },
    modelpool: {
      _target_: 'fusion_bench.modelpool.CLIPVisionModelPool',
      models: { _pretrained_: clip },
    },
    taskpool: {
      _target_: 'fusion_bench.taskpool.CLIPVisionModelTaskPool',
      test_datasets: Object.fromEntries(datasets),
      ...more,
      clip_model: clip,
      processor: clip,
      dataloader_kwargs: { batch_size: batchSize },
    },
  };
  await writeFile(join(folder, `${name}.yaml`), JSON.stringify(config));
  return { args: ['--config-path', folder, '--config-name', name] };
}
