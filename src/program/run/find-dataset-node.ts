/** The files of a data set on this machine: whole, or else as much of them as an earlier sample needed. */
import { ConfigError, FormatError } from '../../errors';
import type { DatasetSource } from '../config/program/types';
import { type DatasetFiles, findDatasetFiles } from './dataset-files-node';
import { excerptFiles, excerptsOf } from './excerpts/find-excerpts-node';
import { hasSplits } from './has-splits';
import type { Surroundings } from './surroundings';

/** @throws ConfigError as `findDatasetFiles` */
export async function findDataset(
  source: DatasetSource,
  surroundings: Surroundings,
): Promise<DatasetFiles> {
  const excerpts = await excerptsOf(source, surroundings);
  if (!excerpts) return findDatasetFiles(source, surroundings);
  return (
    (await findWholeDataset(source, surroundings)) ??
    (await excerptFiles(excerpts, source, surroundings))
  );
}

/** Undefined where the splits that are asked for are not all here, whole. */
export async function findWholeDataset(
  source: DatasetSource,
  surroundings: Surroundings,
): Promise<DatasetFiles | undefined> {
  try {
    const found = await findDatasetFiles(source, surroundings);
    return (await hasSplits(source, found)) ? found : undefined;
  } catch (error) {
    if (error instanceof ConfigError || error instanceof FormatError) return undefined;
    throw error;
  }
}
