/** The folders of a configuration's models, and everything that is missing of a configuration at once. */
import { ConfigError } from '../../errors';
import type { Repository } from '../../hub/session';
import {
  type FoundFolder,
  findModelFolder,
  repositoryOf,
  withoutPart,
} from '../../modelpool/sources/find-folder-node';
import type { Pretrained, ProgramConfig } from '../config/program/types';
import { findDataset } from './find-dataset-node';
import { isGenericDataset } from './generic-dataset';
import { type Part, partsOf } from './parts';
import { at, type Surroundings } from './surroundings';

/**
 * @param path - which place of the configuration asks for it
 * @param weights - whether it must have weights
 * @throws ConfigError where it is not on this machine
 */
export function findPretrained(
  path: string,
  { reference, revision, subfolder }: Pretrained,
  surroundings: Surroundings,
  weights = true,
): Promise<FoundFolder> {
  return at(path, findModelFolder(reference, { ...surroundings, revision, subfolder, weights }));
}

/**
 * What is not on this machine, so that it can be fetched in one go; each thing once, whoever asks for it.
 * @returns null where all of it is there
 */
export async function findMissing(
  config: ProgramConfig,
  surroundings: Surroundings,
): Promise<ConfigError | null> {
  const missing = new Map<string, string>();
  let ofHub = 0;
  for (const part of partsOf(config)) {
    const reference = part.kind === 'model' ? part.source.reference : part.source.path;
    // A data set is wanted by each task for itself.
    const key = part.kind === 'model' ? reference : `${part.path} ${reference}`;
    try {
      await (part.kind === 'model'
        ? findPretrained(part.path, part.source, surroundings, part.role !== 'processor')
        : at(part.path, findDataset(part.source, surroundings)));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (missing.has(key)) continue;
      missing.set(key, error.message);
      if (await isOfHub(part, surroundings)) ofHub += 1;
    }
  }
  if (missing.size === 0) return null;
  const offer =
    ofHub === 0
      ? []
      : [`With --download this command fetches ${ofHub === 1 ? 'it' : 'them'} itself.`];
  return new ConfigError([...missing.values(), ...offer].join('\n\n'));
}

/** Whether it could be fetched. */
async function isOfHub(part: Part, surroundings: Surroundings): Promise<boolean> {
  try {
    return (await hubRepository(part, surroundings)) !== undefined;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/**
 * The repository that a part means; undefined where it means a path of this machine.
 * @throws ConfigError for a revision that can be none
 */
export async function hubRepository(
  part: Part,
  surroundings: Surroundings,
): Promise<Repository | undefined> {
  const options = { ...surroundings, revision: part.source.revision };
  if (part.kind === 'dataset') {
    if (isGenericDataset(part.source.path)) return undefined;
    const found = await repositoryOf(part.source.path, 'dataset', options);
    return found && { kind: 'dataset', ...found };
  }
  const { plain } = await withoutPart(part.source.reference, options);
  const found = await repositoryOf(plain, 'model', options);
  return found && { kind: 'model', ...found };
}
