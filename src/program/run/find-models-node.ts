/** The folders of a configuration's models, and everything that is missing of a configuration at once. */
import { ConfigError } from '../../errors';
import { type FoundFolder, findModelFolder } from '../../modelpool/sources/find-folder-node';
import type { Pretrained, ProgramConfig } from '../config/program/types';
import { findDatasetFiles } from './dataset-files-node';
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
  { modelpool, taskpool }: ProgramConfig,
  surroundings: Surroundings,
): Promise<ConfigError | null> {
  const missing = new Map<string, string>();
  const look = async (reference: string, finding: Promise<unknown>) => {
    try {
      await finding;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (!missing.has(reference)) missing.set(reference, error.message);
    }
  };
  const model = (path: string, source: Pretrained, weights = true) =>
    look(source.reference, findPretrained(path, source, surroundings, weights));
  for (const source of modelpool.models) {
    const path = `modelpool.models.${source.name}`;
    await model(path, source);
    if (source.adapter) await model(path, { reference: source.adapter });
  }
  if (taskpool?.target === 'CLIPVisionModelTaskPool') {
    await model('taskpool.clip_model', taskpool.clipModel);
    await model('taskpool.processor', taskpool.processor, false);
    if (taskpool.dataProcessor) {
      await model('taskpool.data_processor', taskpool.dataProcessor, false);
    }
    for (const { name, dataset } of taskpool.tasks) {
      const path = `taskpool.test_datasets.${name}`;
      await look(`${path} ${dataset.path}`, at(path, findDatasetFiles(dataset, surroundings)));
    }
  }
  return missing.size > 0 ? new ConfigError([...missing.values()].join('\n\n')) : null;
}
