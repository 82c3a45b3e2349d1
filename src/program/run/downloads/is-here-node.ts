/** Whether a repository of the cache has all that a run reads of it: a download may have brought a part alone. */
import {
  adapterWeights,
  roleOf,
  shardsOf,
  splitAdapter,
  standardWeights,
} from '../../../checkpoint/file-roles';
import { findShards } from '../../../checkpoint/shard-index';
import type { NamedBlob } from '../../../checkpoint/types';
import { ConfigError, FormatError } from '../../../errors';
import { readDatasetCard } from '../../../taskpool/sources/dataset-card';
import { datasetLayout } from '../../../taskpool/sources/dataset-layout';
import type { DatasetSource } from '../../config/program/types';
import { findDatasetFiles } from '../dataset-files-node';
import { findPretrained } from '../find-models-node';
import type { ModelRole, Part } from '../parts';
import type { Surroundings } from '../surroundings';

export async function isHere(part: Part, surroundings: Surroundings): Promise<boolean> {
  try {
    if (part.kind === 'dataset') return await hasSplits(part.source, surroundings);
    const { path, source, role } = part;
    const { files } = await findPretrained(path, source, surroundings, role !== 'processor');
    return await hasAll(files, role);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof FormatError) return false;
    throw error;
  }
}

/** @throws FormatError where shards are missing */
async function hasAll(files: readonly NamedBlob[], role: ModelRole): Promise<boolean> {
  if (role === 'processor') return hasProcessor(files.map(({ name }) => name));
  const { model, adapter } = splitAdapter(files);
  if (role === 'adapter') return adapterWeights(adapter).length > 0;
  const [first] = standardWeights(model);
  if (first && roleOf(first.name) === 'index') {
    await findShards(first, shardsOf(first.name, model));
  }
  return true;
}

function hasProcessor(names: readonly string[]): boolean {
  const has = (...all: string[]) => all.every((name) => names.includes(name));
  const hasTexts = has('tokenizer.json') || has('vocab.json', 'merges.txt');
  const hasPictures = ['preprocessor_config.json', 'processor_config.json'].some((name) =>
    has(name),
  );
  return hasTexts && (hasPictures || has('open_clip_config.json'));
}

/** @throws ConfigError where a split is missing */
async function hasSplits(source: DatasetSource, surroundings: Surroundings): Promise<boolean> {
  const { format, files, patterns } = await findDatasetFiles(source, surroundings);
  const card = await readDatasetCard(files.find(({ name }) => name === 'README.md'));
  const { bySplit } = datasetLayout(files, card, {
    name: source.path,
    format,
    configuration: source.name,
    dataFiles: patterns,
    splits: source.split,
  });
  return source.split.every(({ split }) => hasAllShards(bySplit.get(split) ?? []));
}

/** `data/test-00000-of-00002.parquet` says how many there are. */
function hasAllShards(files: readonly NamedBlob[]): boolean {
  const seen = new Map<string, Set<string>>();
  for (const { name } of files) {
    const [, stem, place, count] = /^(.*)-(\d{5})-of-(\d{5})/.exec(name) ?? [];
    if (stem === undefined || place === undefined || count === undefined) continue;
    const key = `${stem}-of-${count}`;
    seen.set(key, (seen.get(key) ?? new Set()).add(place));
  }
  return [...seen].every(([key, places]) => places.size === Number(key.slice(-5)));
}
