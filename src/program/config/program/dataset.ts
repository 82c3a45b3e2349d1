/** A task's pictures: the arguments of `datasets.load_dataset`, or FusionBench's validation split of them. */
import * as v from 'valibot';
import { ConfigError } from '../../../errors';
import type { ConfigValue } from '../../hydra/values/node';
import { describe, isTree, type Reading, readSection } from './reading';
import { ignored, numberBetween, oneOf, orNull, text, wholeNumber } from './schemas';
import { parseSplit } from './split';
import type { DatasetSource, SplitPart, ValidationSplit } from './types';

const LOAD = 'datasets.load_dataset';
/** FusionBench's own loader: the WebDataset of CLIP benchmark, its fields `jpg` and `cls` renamed. */
const FER2013 = 'fusion_bench.dataset.fer2013.load_fer2013';
const FROM_DISK = 'datasets.load_from_disk';
const VALIDATION = 'fusion_bench.utils.data.train_validation_split';

/** Parameters of `load_dataset` in their order, which `_args_` follows. */
const POSITIONAL = ['path', 'name', 'data_dir', 'data_files', 'split'] as const;

const loadOptions = {
  path: text,
  name: orNull(text),
  data_dir: orNull(text),
  data_files: v.optional(v.unknown()),
  split: text,
  revision: orNull(text),
  // They say how to fetch and to keep, not what.
  cache_dir: ignored,
  num_proc: ignored,
  trust_remote_code: ignored,
  keep_in_memory: ignored,
  download_mode: ignored,
  verification_mode: ignored,
  token: ignored,
};

const fer2013Options = {
  path: v.optional(text, 'clip-benchmark/wds_fer2013'),
  split: v.optional(text, 'train'),
};

const validationOptions = {
  dataset: v.optional(v.unknown()),
  validation_fraction: v.optional(v.nullable(numberBetween(0, 1)), 0.1),
  validation_size: orNull(wholeNumber),
  random_seed: orNull(wholeNumber),
  return_split: oneOf(['train', 'val']),
};

export function readDataset(
  reading: Reading,
  value: ConfigValue,
  path: string,
): DatasetSource | undefined {
  const target = isTree(value) ? value.get('_target_') : undefined;
  if (isTree(value) && target === LOAD) return readLoad(reading, value, path);
  if (isTree(value) && target === FER2013) return readFer2013(reading, value, path);
  if (isTree(value) && target === VALIDATION) return readValidation(reading, value, path);
  if (isTree(value) && target === FROM_DISK) {
    reading.problems.push(
      `${path}._target_: what save_to_disk wrote is not read. Write it as Parquet, datasets.load_from_disk(...).to_parquet("test.parquet"), and use ${LOAD} with path: parquet and data_files.`,
    );
    return undefined;
  }
  reading.problems.push(
    isTree(value)
      ? `${path}._target_: ${LOAD}, ${FER2013} or ${VALIDATION} is expected, but it is ${describe(target)}.`
      : `${path}: a section with "_target_: ${LOAD}" and its arguments is expected, but it is ${describe(value)}.`,
  );
  return undefined;
}

function readLoad(
  reading: Reading,
  value: ReadonlyMap<string, ConfigValue>,
  path: string,
): DatasetSource | undefined {
  const named = new Map(value);
  const positional = named.get('_args_');
  named.delete('_args_');
  if (Array.isArray(positional)) {
    for (const [index, argument] of positional.entries()) {
      const name = POSITIONAL[index];
      if (name && !named.has(name)) named.set(name, argument);
      else
        reading.problems.push(`${path}._args_: argument ${index + 1} is too many or given twice.`);
    }
  } else if (positional !== undefined) {
    reading.problems.push(`${path}._args_: a list is expected, but it is ${describe(positional)}.`);
  }
  const options = readSection(reading, named, path, loadOptions, LOAD);
  const dataFiles = readDataFiles(reading, named.get('data_files') ?? null, `${path}.data_files`);
  if (!options) return undefined;
  const split = readSplit(reading, options.split, `${path}.split`);
  return {
    path: options.path,
    split,
    ...(options.name === null ? {} : { name: options.name }),
    ...(options.data_dir === null ? {} : { dataDir: options.data_dir }),
    ...(dataFiles ? { dataFiles } : {}),
    ...(options.revision === null ? {} : { revision: options.revision }),
  };
}

function readFer2013(
  reading: Reading,
  value: ReadonlyMap<string, ConfigValue>,
  path: string,
): DatasetSource | undefined {
  const options = readSection(reading, value, path, fer2013Options, FER2013);
  if (!options) return undefined;
  const split = readSplit(reading, options.split, `${path}.split`);
  return { path: options.path, split, loader: 'fer2013' };
}

function readSplit(reading: Reading, split: string, path: string): SplitPart[] {
  try {
    return parseSplit(split);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    reading.problems.push(`${path}: ${cause.message}`);
    return [];
  }
}

function readDataFiles(
  reading: Reading,
  value: ConfigValue,
  path: string,
): DatasetSource['dataFiles'] {
  if (value === null) return undefined;
  const files = (item: ConfigValue): readonly string[] | undefined => {
    const list = Array.isArray(item) ? item : [item];
    return list.every((file) => typeof file === 'string') ? list : undefined;
  };
  const bySplit = isTree(value)
    ? [...value].map(([split, item]) => [split, files(item)] as const)
    : [];
  const all = isTree(value) ? undefined : files(value);
  if (all) return all;
  const complete = bySplit.flatMap(([split, list]) => (list ? [[split, list] as const] : []));
  if (isTree(value) && complete.length === value.size) return new Map(complete);
  reading.problems.push(
    `${path}: a file, a list of files, or files by split are expected, but it is ${describe(value)}.`,
  );
  return undefined;
}

function readValidation(
  reading: Reading,
  value: ReadonlyMap<string, ConfigValue>,
  path: string,
): DatasetSource | undefined {
  const options = readSection(reading, value, path, validationOptions, VALIDATION);
  const dataset = readDataset(reading, value.get('dataset') ?? null, `${path}.dataset`);
  if (!options || !dataset) return undefined;
  const size = validationSize(options.validation_fraction, options.validation_size);
  if (!size) {
    reading.problems.push(
      `${path}: either validation_fraction or validation_size has to be given, the other null.`,
    );
    return undefined;
  }
  return {
    ...dataset,
    validation: { size, seed: options.random_seed, part: options.return_split },
  };
}

function validationSize(
  fraction: number | null,
  rows: number | null,
): ValidationSplit['size'] | undefined {
  if (fraction !== null && rows === null) return { fraction };
  return fraction === null && rows !== null ? { rows } : undefined;
}
