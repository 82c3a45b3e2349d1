/** FusionBench's `CLIPVisionModelTaskPool` and `DummyTaskPool` in a configuration. */
import * as v from 'valibot';
import { hasPlace } from '../../../taskpool/images/templates';
import { nearestName } from '../../hydra/values/nearest';
import type { ConfigTree, ConfigValue } from '../../hydra/values/node';
import { readDataset } from './dataset';
import { PROCESSOR_TARGETS } from './modelpool';
import { readPretrained } from './pretrained';
import { describe, isTree, noSection, type Reading, readSection } from './reading';
import { countingNumber, flag, ignored, oneOf, orNull, text, texts, wholeNumber } from './schemas';
import { readTarget } from './targets';
import type { DummyTaskPoolConfig, TaskConfig, TaskPoolConfig } from './types';

const PATH = 'taskpool';

const CLIP_POOL = {
  name: 'CLIPVisionModelTaskPool',
  module: 'fusion_bench.taskpool.clip_vision.taskpool',
} as const;
const DUMMY_POOL = { name: 'DummyTaskPool', module: 'fusion_bench.taskpool.dummy' } as const;

const CLIP_TARGETS = ['transformers.CLIPModel.from_pretrained'] as const;

const options = {
  test_datasets: v.optional(v.unknown()),
  clip_model: v.optional(v.unknown()),
  processor: v.optional(v.unknown()),
  data_processor: v.optional(v.unknown()),
  dataloader_kwargs: v.optional(v.unknown()),
  fast_dev_run: orNull(flag),
  // FusionBench's own configurations keep the model's name here and refer to it.
  base_model: v.optional(text),
  move_to_device: ignored,
  layer_wise_feature_save_path: orNull(text),
  layer_wise_feature_first_token_only: ignored,
  layer_wise_feature_max_num: ignored,
  // Options of this program, which FusionBench passes over with a line in its log.
  classnames: v.optional(v.unknown()),
  templates: v.optional(v.unknown()),
  sample_size: orNull(countingNumber),
  sample_seed: v.optional(wholeNumber, 0),
  on_unreadable: v.optional(oneOf(['skip', 'error']), 'skip'),
};

/** PyTorch's `DataLoader`: only what decides which pictures make a batch matters here. */
const loaderOptions = {
  batch_size: v.optional(countingNumber, 1),
  shuffle: v.optional(flag, false),
  drop_last: v.optional(flag, false),
  num_workers: ignored,
  pin_memory: ignored,
  persistent_workers: ignored,
  prefetch_factor: ignored,
  timeout: ignored,
};

export function readTaskPool(
  reading: Reading,
  value: ConfigValue,
): TaskPoolConfig | DummyTaskPoolConfig | null | undefined {
  if (value === null) return null;
  if (!isTree(value)) {
    reading.problems.push(noSection(PATH, '_target_', value));
    return undefined;
  }
  if (!value.has('_target_') && value.has('type')) {
    reading.problems.push(
      `${PATH}.type: this is a task pool of FusionBench 0.1, which is not read. Write it as ${CLIP_POOL.name}, with test_datasets. Of FusionBench's own two, this program's config/ has new forms of the same names: taskpool=CLIPVisionModelTaskPool/clip-vit-base-patch32_robustness_corrupted, or _clean.`,
    );
    return undefined;
  }
  const found = readTarget(reading, value, PATH, [CLIP_POOL, DUMMY_POOL], 'a task pool');
  if (found === DUMMY_POOL) {
    readSection(reading, value, PATH, { model_save_path: orNull(text) }, DUMMY_POOL.name);
    return { target: DUMMY_POOL.name };
  }
  return found && readClipTaskPool(reading, value);
}

function readClipTaskPool(reading: Reading, tree: ConfigTree): TaskPoolConfig | undefined {
  const read = readSection(reading, tree, PATH, options, CLIP_POOL.name);
  const required = (key: string, targets: readonly string[]) =>
    readPretrained(reading, tree.get(key), `${PATH}.${key}`, targets);
  const clipModel = required('clip_model', CLIP_TARGETS);
  const processor = required('processor', PROCESSOR_TARGETS);
  const given = tree.get('data_processor') ?? null;
  const dataProcessor =
    given === null
      ? null
      : readPretrained(reading, given, `${PATH}.data_processor`, PROCESSOR_TARGETS);
  const batchSize = readBatchSize(reading, tree.get('dataloader_kwargs') ?? null);
  const tasks = readTasks(reading, tree);
  if (read && read.layer_wise_feature_save_path !== null) {
    reading.problems.push(
      `${PATH}.layer_wise_feature_save_path: this program does not save features of layers. Set it to null.`,
    );
  }
  if (!read || !clipModel || !processor || dataProcessor === undefined) return undefined;
  return {
    target: CLIP_POOL.name,
    tasks,
    clipModel,
    processor,
    dataProcessor:
      JSON.stringify(dataProcessor) === JSON.stringify(processor) ? null : dataProcessor,
    batchSize,
    fastDevRun: read.fast_dev_run ?? false,
    sampleSize: read.sample_size,
    sampleSeed: read.sample_seed,
    onUnreadable: read.on_unreadable,
  };
}

function readBatchSize(reading: Reading, value: ConfigValue): number {
  if (value === null) return 1;
  const path = `${PATH}.dataloader_kwargs`;
  const read = readSection(reading, value, path, loaderOptions, "PyTorch's DataLoader");
  if (read?.shuffle || read?.drop_last) {
    const key = read.shuffle ? 'shuffle' : 'drop_last';
    reading.problems.push(
      `${path}.${key}: only false is possible: every picture is scored, in one fixed order.`,
    );
  }
  return read?.batch_size ?? 1;
}

function readTasks(reading: Reading, tree: ConfigTree): TaskConfig[] {
  const path = `${PATH}.test_datasets`;
  const datasets = tree.get('test_datasets');
  if (!isTree(datasets) || datasets.size === 0) {
    reading.problems.push(
      `${path}: tasks in the form "name: {_target_: datasets.load_dataset, ...}" are expected, but it is ${isTree(datasets) ? 'empty' : describe(datasets)}.`,
    );
    return [];
  }
  const names = [...datasets.keys()];
  const classnames = readLists(reading, tree, 'classnames', names);
  const templates = readLists(reading, tree, 'templates', names);
  for (const [task, list] of templates) {
    for (const template of list.filter((item) => !hasPlace(item))) {
      reading.problems.push(
        `${PATH}.templates.${task}: ${JSON.stringify(template)} has no {} for the name of the class.`,
      );
    }
  }
  return [...datasets].flatMap(([name, value]) => {
    const dataset = readDataset(reading, value, `${path}.${name}`);
    if (!dataset) return [];
    const own = { classnames: classnames.get(name), templates: templates.get(name) };
    return {
      name,
      dataset,
      ...(own.classnames ? { classnames: own.classnames } : {}),
      ...(own.templates ? { templates: own.templates } : {}),
    };
  });
}

/** `taskpool.classnames` and `taskpool.templates`: lists of texts by task. */
function readLists(
  reading: Reading,
  tree: ConfigTree,
  key: 'classnames' | 'templates',
  tasks: readonly string[],
): Map<string, readonly string[]> {
  const path = `${PATH}.${key}`;
  const value = tree.get(key) ?? null;
  const lists = new Map<string, readonly string[]>();
  if (value === null) return lists;
  if (!isTree(value)) {
    reading.problems.push(`${path}: lists by task are expected, but it is ${describe(value)}.`);
    return lists;
  }
  for (const [task, list] of value) {
    const near = nearestName(task, tasks);
    if (!tasks.includes(task)) {
      reading.problems.push(
        `${path}.${task}: there is no such task. ${near ? `The name is ${near}.` : `The tasks are ${tasks.join(', ')}.`}`,
      );
    }
    const result = v.safeParse(v.pipe(texts, v.minLength(1, 'at least one is expected.')), list);
    if (result.success) lists.set(task, result.output);
    else reading.problems.push(`${path}.${task}: ${result.issues[0].message}`);
  }
  return lists;
}
