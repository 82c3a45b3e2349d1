/** What `from_pretrained` is told: a name alone, or a section with its arguments. */
import * as v from 'valibot';
import type { ConfigValue } from '../../hydra/values/node';
import { describe, isTree, type Reading, readSection } from './reading';
import { oneOf, text } from './schemas';
import type { Dtype, ModelSource, Pretrained } from './types';

const DTYPES = ['float32', 'float16', 'bfloat16', 'auto'] as const satisfies readonly Dtype[];

const optionalText = v.nullish(text);
const optionalDtype = v.nullish(oneOf(DTYPES));

/** transformers' arguments of `from_pretrained`; `torch_dtype` is the older name of `dtype`. */
const pretrainedOptions = {
  pretrained_model_name_or_path: text,
  torch_dtype: optionalDtype,
  dtype: optionalDtype,
  revision: optionalText,
  subfolder: optionalText,
  local_files_only: v.optional(v.unknown()),
  cache_dir: v.optional(v.unknown()),
};

/** Functions of FusionBench that load CLIP vision models, with LoRA or without. */
const LINEARIZED = 'fusion_bench.models.linearized.vision_model';
const FULL_MODEL = `${LINEARIZED}.load_fft_vision_model_hf`;
const LORA_MODEL = `${LINEARIZED}.load_lora_vision_model_hf`;

/**
 * A model or processor by name or by one of `targets`.
 * @param targets - dotted names of functions that load it
 */
export function readPretrained(
  reading: Reading,
  value: ConfigValue | undefined,
  path: string,
  targets: readonly string[],
): Pretrained | undefined {
  if (typeof value === 'string' && v.is(text, value)) return { reference: value };
  if (!isTree(value)) {
    reading.problems.push(
      `${path}: a folder, a repository (organisation/name) or a section with _target_ is expected, but it is ${describe(value)}.`,
    );
    return undefined;
  }
  const target = value.get('_target_');
  if (typeof target !== 'string' || !targets.includes(target)) {
    reading.problems.push(
      `${path}._target_: ${targets.join(' or ')} is expected, but it is ${describe(target)}.`,
    );
    return undefined;
  }
  const options = readSection(reading, value, path, pretrainedOptions, target);
  if (!options) return undefined;
  const dtype = options.dtype ?? options.torch_dtype;
  if (options.dtype && options.torch_dtype && options.dtype !== options.torch_dtype) {
    reading.problems.push(`${path}: dtype and torch_dtype say different things. Leave one.`);
  }
  return {
    reference: options.pretrained_model_name_or_path,
    ...(options.revision ? { revision: options.revision } : {}),
    ...(options.subfolder ? { subfolder: options.subfolder } : {}),
    ...(dtype ? { dtype } : {}),
  };
}

/** A model of the pool: as above, or a LoRA adapter and its base. */
export function readModel(
  reading: Reading,
  value: ConfigValue,
  path: string,
  name: string,
): ModelSource | undefined {
  const target = isTree(value) ? value.get('_target_') : undefined;
  if (target === FULL_MODEL) {
    const options = readSection(
      reading,
      value,
      path,
      { model_name: text, return_vision_model: v.optional(v.unknown()) },
      FULL_MODEL,
    );
    return options && { name, reference: options.model_name };
  }
  if (target === LORA_MODEL) return readLora(reading, value, path, name);
  const pretrained = readPretrained(reading, value, path, [
    'transformers.CLIPVisionModel.from_pretrained',
    'transformers.CLIPModel.from_pretrained',
  ]);
  return pretrained && { name, ...pretrained };
}

function readLora(
  reading: Reading,
  value: ConfigValue,
  path: string,
  name: string,
): ModelSource | undefined {
  const options = readSection(
    reading,
    value,
    path,
    {
      base_model_name: text,
      peft_name: text,
      merge_and_unload: v.optional(v.unknown()),
      return_vision_model: v.optional(v.unknown()),
    },
    LORA_MODEL,
  );
  if (!options) return undefined;
  if (options.merge_and_unload !== true) {
    reading.problems.push(
      `${path}.merge_and_unload: only true is possible: an adapter is merged as part of its model.`,
    );
  }
  return { name, reference: options.base_model_name, adapter: options.peft_name };
}
