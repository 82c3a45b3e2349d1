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
import { excerptsOf } from '../excerpts/find-excerpts-node';
import { findWholeDataset } from '../find-dataset-node';
import { findPretrained } from '../find-models-node';
import { openTask } from '../open-task-node';
import type { DatasetPart, ModelRole, Part } from '../parts';
import type { Surroundings } from '../surroundings';

export async function isHere(part: Part, surroundings: Surroundings): Promise<boolean> {
  try {
    if (part.kind === 'dataset') return await hasDataset(part, surroundings);
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

/** All of the splits, or of files that are here in part the rows that a run reads. */
async function hasDataset(
  { source, rows }: DatasetPart,
  surroundings: Surroundings,
): Promise<boolean> {
  if (await findWholeDataset(source, surroundings)) return true;
  if (!rows || !(await excerptsOf(source, surroundings))) return false;
  for (const choice of rows.choices) await openTask(rows.task, choice, surroundings);
  return true;
}
