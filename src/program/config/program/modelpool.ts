/** FusionBench's `CLIPVisionModelPool` in a configuration. */

import * as v from 'valibot';
import type { ConfigValue } from '../../hydra/values/node';
import type { PoolNames } from '../methods/definition';
import { PRETRAINED } from './base-name';
import { readModel, readPretrained } from './pretrained';
import { describe, isTree, noSection, type Reading, readSection } from './reading';
import { ignored, oneOf } from './schemas';
import { readTarget, type TargetClass } from './targets';
import type { ModelPoolConfig, ModelSource } from './types';

const POOL = {
  name: 'CLIPVisionModelPool',
  module: 'fusion_bench.modelpool.clip_vision.modelpool',
} as const satisfies TargetClass;

export const PROCESSOR_TARGETS = [
  'transformers.CLIPProcessor.from_pretrained',
  'transformers.AutoProcessor.from_pretrained',
] as const;

const options = {
  models: v.optional(v.unknown()),
  processor: v.optional(v.unknown()),
  platform: v.optional(oneOf(['hf', 'huggingface', 'modelscope']), 'hf'),
  // Data that methods which learn would need.
  train_datasets: ignored,
  val_datasets: ignored,
  test_datasets: ignored,
};

export function readModelPool(
  reading: Reading,
  value: ConfigValue | undefined,
): ModelPoolConfig | undefined {
  const path = 'modelpool';
  if (!isTree(value)) {
    reading.problems.push(noSection(path, '_target_ and models', value));
    return undefined;
  }
  if (!readTarget(reading, value, path, [POOL], 'a model pool')) return undefined;
  const read = readSection(reading, value, path, options, POOL.name);
  const models = readModels(reading, value.get('models'));
  const processor = value.get('processor') ?? null;
  return (
    read && {
      target: POOL.name,
      models,
      processor:
        processor === null
          ? null
          : (readPretrained(reading, processor, `${path}.processor`, PROCESSOR_TARGETS) ?? null),
      platform: read.platform,
    }
  );
}

function readModels(reading: Reading, value: ConfigValue | undefined): ModelSource[] {
  if (!isTree(value) || value.size === 0) {
    reading.problems.push(
      `modelpool.models: models in the form "name: folder or repository" are expected, but it is ${isTree(value) ? 'empty' : describe(value)}.`,
    );
    return [];
  }
  return [...value].flatMap(
    ([name, model]) => readModel(reading, model, `modelpool.models.${name}`, name) ?? [],
  );
}

/** The names of a pool's models, told apart as FusionBench does. */
export function poolNames({ models }: Pick<ModelPoolConfig, 'models'>): PoolNames {
  const all = models.map(({ name }) => name);
  return {
    all,
    experts: all.filter((name) => !isSpecialName(name)),
    hasPretrained: all.includes(PRETRAINED),
  };
}

/** Names of the form `_x_` are no fine-tuned models. */
export function isSpecialName(name: string): boolean {
  return name.startsWith('_') && name.endsWith('_');
}
