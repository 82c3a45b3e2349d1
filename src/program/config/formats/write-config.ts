/** A program written as the YAML that `fusion_bench` and this program read. */
import * as v from 'valibot';
import { ConfigError } from '../../../errors';
import type { LayerPlan } from '../../../method/layers/plan';
import type { ChosenMethod } from '../../../method/options';
import { findMethod } from '../../../method/registry';
import { isFusionBench } from '../../../method/types';
import { chosenMethodKeys } from '../methods/chosen-method';
import { type MethodConfig, methodDefinitions } from '../methods/index';
import { splitText } from '../program/split';
import { usualName } from '../program/targets';
import type {
  CompareConfig,
  DatasetSource,
  DummyTaskPoolConfig,
  MergedModelAs,
  ModelPoolConfig,
  ModelSource,
  Pretrained,
  ProgramConfig,
  ProgramOptions,
  SearchConfig,
  TaskConfig,
  TaskPoolConfig,
} from '../program/types';
import { type Writable, writeYaml } from './write-yaml';

const COMMENT = `Written by Task Arithmetic Studio. FusionBench runs it with
fusion_bench --config-path FOLDER --config-name NAME_OF_THIS_FILE`;

const OWN_COMMENT = `Written by Task Arithmetic Studio, whose command line runs it; FusionBench has no such method:
npm run fuse -- --config-path FOLDER --config-name NAME_OF_THIS_FILE`;

type Keys = Readonly<Record<string, Writable | undefined>>;

/** FusionBench's own. */
export const PROGRAM_DEFAULTS: ProgramOptions = {
  merged_model_save_path: null,
  report_save_path: null,
  predictions_save_path: null,
  seed: null,
  overwrite: false,
  engine: 'auto',
  fast_dev_run: false,
  dry_run: false,
  print_config: true,
  print_function_call: true,
};

/**
 * The program as YAML; `readConfig` gives the same program back. Options with their default are left out.
 * @param remark - further lines of the comment at its head
 */
export function writeConfig(
  { program, method, modelpool, taskpool, search, compare, layers, relations }: ProgramConfig,
  remark?: string,
): string {
  const { merged_model_as: savedAs, ...own } = program;
  const options = Object.entries(own).filter(
    ([key, value]) => value !== PROGRAM_DEFAULTS[key as keyof typeof own],
  );
  return writeYaml(
    {
      _target_: 'fusion_bench.programs.FabricModelFusionProgram',
      _recursive_: false,
      ...Object.fromEntries(options),
      ...(savedAs && savedAsKeys(savedAs)),
      method: methodKeys(method),
      modelpool: poolKeys(modelpool),
      taskpool: taskpool === null ? undefined : taskPoolKeys(taskpool),
      search: search && searchKeys(search),
      compare: compare && compareKeys(compare),
      layers: layers && layersValue(layers),
      relations: relations && { directions: relations.directions, save_path: relations.savePath },
    },
    remark === undefined ? comment(method) : `${comment(method)}\n${remark}`,
  );
}

function savedAsKeys({ format, content, dtype, rank }: MergedModelAs): Keys {
  return {
    merged_model_format: format,
    merged_model_content: content ?? undefined,
    merged_model_dtype: dtype ?? undefined,
    merged_model_rank: rank ?? undefined,
  };
}

function comment({ target }: MethodConfig): string {
  const method = findMethod(target);
  return method && !isFusionBench(method) ? OWN_COMMENT : COMMENT;
}

function methodKeys(method: MethodConfig): Keys {
  const definition = methodDefinitions.find(({ name }) => name === method.target);
  if (!definition) throw new Error(`${method.target} is in no list of methods`);
  const defaults: Readonly<Record<string, unknown>> = v.getDefaults(v.object(definition.options));
  const options = Object.entries<Writable | unknown>(method.options).filter(
    ([key, value]) => value !== defaults[key],
  );
  const described = findMethod(method.target)?.options ?? [];
  const written = options.map(([key, value]) => {
    const option = described.find(({ name }) => name === key);
    // Its schema, or who wrote the options, made it one.
    return option?.kind === 'method'
      ? [key, chosenMethodKeys(option, value as ChosenMethod)]
      : [key, value];
  });
  const { configName } = definition;
  return {
    ...(configName === undefined ? { _target_: usualName(definition) } : { name: configName }),
    ...(Object.fromEntries(written) as Keys),
  };
}

function poolKeys(pool: ModelPoolConfig): Keys {
  return {
    _target_: 'fusion_bench.modelpool.CLIPVisionModelPool',
    models: new Map(pool.models.map((model) => [model.name, modelValue(model)])),
    processor: pool.processor
      ? pretrainedValue(pool.processor, 'transformers.CLIPProcessor.from_pretrained')
      : undefined,
    platform: pool.platform === 'hf' ? undefined : pool.platform,
  };
}

function modelValue(model: ModelSource): Writable {
  if (model.adapter === undefined) {
    return pretrainedValue(model, 'transformers.CLIPVisionModel.from_pretrained');
  }
  return {
    _target_: 'fusion_bench.models.linearized.vision_model.load_lora_vision_model_hf',
    base_model_name: model.reference,
    peft_name: model.adapter,
    merge_and_unload: true,
  };
}

function pretrainedValue(pretrained: Pretrained, target: string): Writable {
  const { revision, subfolder, dtype } = pretrained;
  const nameIsAll = revision === undefined && subfolder === undefined && dtype === undefined;
  return nameIsAll ? pretrained.reference : pretrainedKeys(pretrained, target);
}

function pretrainedKeys(
  { reference, revision, subfolder, dtype }: Pretrained,
  target: string,
): Keys {
  return {
    _target_: target,
    pretrained_model_name_or_path: reference,
    revision,
    subfolder,
    // transformers 4 and 5 both know this name.
    torch_dtype: dtype,
  };
}

function taskPoolKeys(pool: TaskPoolConfig | DummyTaskPoolConfig): Keys {
  if (pool.target === 'DummyTaskPool') return { _target_: 'fusion_bench.taskpool.DummyTaskPool' };
  const processor = 'transformers.CLIPProcessor.from_pretrained';
  return {
    _target_: 'fusion_bench.taskpool.CLIPVisionModelTaskPool',
    test_datasets: new Map(pool.tasks.map((task) => [task.name, datasetKeys(task.dataset)])),
    clip_model: pretrainedValue(pool.clipModel, 'transformers.CLIPModel.from_pretrained'),
    processor: pretrainedValue(pool.processor, processor),
    // Where the processor may be a name alone, FusionBench takes this one only as a section.
    data_processor: pool.dataProcessor ? pretrainedKeys(pool.dataProcessor, processor) : undefined,
    dataloader_kwargs: pool.batchSize === 1 ? undefined : { batch_size: pool.batchSize },
    fast_dev_run: pool.fastDevRun ? true : undefined,
    classnames: lists(pool.tasks, 'classnames'),
    templates: lists(pool.tasks, 'templates'),
    sample_size: pool.sampleSize ?? undefined,
    sample_seed: pool.sampleSeed === 0 ? undefined : pool.sampleSeed,
    on_unreadable: pool.onUnreadable === 'skip' ? undefined : pool.onUnreadable,
  };
}

function searchKeys({ sampleSize, split, ...search }: SearchConfig): Keys {
  return { ...search, sample_size: sampleSize, split: split ?? undefined };
}

function compareKeys({ methods, split, sampleSize, savePath }: CompareConfig): Keys {
  return { methods: methods ?? 'all', split, sample_size: sampleSize, save_path: savePath };
}

function layersValue(layers: LayerPlan): Writable {
  if (layers.kind === 'preset') return layers.preset;
  if (layers.kind === 'rules') {
    return new Map(layers.rules.map(({ tensors, factor }) => [tensors, factor]));
  }
  throw new ConfigError('layers: filters are mergekit’s, and FusionBench’s format has none.');
}

function lists(
  tasks: readonly TaskConfig[],
  key: 'classnames' | 'templates',
): Writable | undefined {
  const given = tasks.flatMap((task) => {
    const list = task[key];
    return list ? [[task.name, list] as const] : [];
  });
  return given.length > 0 ? new Map(given) : undefined;
}

function datasetKeys({ validation, ...dataset }: DatasetSource): Keys {
  if (validation) {
    const { size, seed, part } = validation;
    return {
      _target_: 'fusion_bench.utils.data.train_validation_split',
      dataset: datasetKeys(dataset),
      validation_fraction: 'fraction' in size ? size.fraction : null,
      validation_size: 'rows' in size ? size.rows : null,
      random_seed: seed,
      return_split: part,
    };
  }
  if (dataset.loader === 'fer2013') {
    return {
      _target_: 'fusion_bench.dataset.fer2013.load_fer2013',
      path: dataset.path,
      split: splitText(dataset.split),
    };
  }
  return {
    _target_: 'datasets.load_dataset',
    path: dataset.path,
    name: dataset.name,
    data_dir: dataset.dataDir,
    data_files: dataset.dataFiles,
    split: splitText(dataset.split),
    revision: dataset.revision,
  };
}
